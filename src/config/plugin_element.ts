import type { PluginElement } from "./configuration.ts";
import type { XmlElement } from "./xml_document.ts";

/** An element as it stands, to be shown. */
export function keepElement(element: XmlElement): PluginElement {
  return {
    name: element.name,
    attributes: Object.fromEntries(Array.from(element.attributes, ([name, { value }]) => [name, value])),
    children: element.children.map(keepElement),
  };
}
