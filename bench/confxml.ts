/** sersync's configuration file, which two of the contenders read. */
import { writeFileSync } from "node:fs";
import type { MirrorOrder } from "./contender.ts";
import { rsyncOptionWords } from "./contender.ts";

/** Writes it and gives its path. */
export function writeConfxml({ folder, source, urls, options, modify, toldUrl }: MirrorOrder): string {
  const path = `${folder}/confxml.xml`;
  const remotes = urls.map((url) => new URL(url)).map(({ hostname, pathname }) =>
    `<remote ip="${hostname}" name="${pathname.replaceAll("/", "")}"/>`
  );
  const lines = [
    `<head version="2.5"><host hostip="localhost" port="8008"/><debug start="false"/><fileSystem xfs="false"/>`,
    `<filter start="false"></filter>`,
    `<inotify><delete start="true"/><createFolder start="true"/><createFile start="false"/><closeWrite start="true"/>`,
    `<moveFrom start="true"/><moveTo start="true"/><attrib start="false"/><modify start="${
      modify === true
    }"/></inotify>`,
    `<sersync><localpath watch="${source}">${remotes.join("")}</localpath>`,
    `<rsync><commonParams params="${rsyncOptionWords(options).join(" ")}"/>`,
    `<auth start="false" users="" passwordfile=""/><userDefinedPort start="true" port="${new URL(urls[0]!).port}"/>`,
    `<timeout start="false" time="100"/><ssh start="false"/></rsync>`,
    `<failLog path="${folder}/rsync_fail_log.sh" timeToExecute="60"/>`,
    `<crontab start="false" schedule="600"></crontab>`,
    toldUrl === undefined
      ? `<plugin start="false" name="command"/></sersync></head>`
      : `<plugin start="true" name="http"/></sersync>` +
        `<plugin name="http"><localpath watch="${source}"><deshost url="${toldUrl}"/></localpath></plugin></head>`,
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}
