import { simulate, type SimulationOptions } from "./simulation.ts";

/** Leaves out as many actions as possible while the seed still fails in the same way. Gives the numbers of those left out. */
export async function shrink(options: SimulationOptions): Promise<Set<number>> {
  const skip = new Set<number>();
  const { storm, problems } = await simulate(options);
  if (problems.length === 0) return skip;
  const wanted = kindOf(problems[0]!);
  const fails = async (left: ReadonlySet<number>) =>
    (await simulate({ ...options, skip: left })).problems.some((problem) => kindOf(problem) === wanted);
  for (let size = Math.ceil(storm.actions.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < storm.actions.length; start += size) {
      const numbers = Array.from({ length: size }, (_, index) => start + index).filter((index) => !skip.has(index));
      if (numbers.length === 0) continue;
      if (await fails(new Set([...skip, ...numbers]))) { for (const index of numbers) skip.add(index); }
    }
  }
  return skip;
}

/** `after the storm`, `deleted`, `it never got quiet` … */
function kindOf(problem: string): string {
  return problem.split(" ").slice(0, 2).join(" ");
}
