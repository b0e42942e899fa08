import { availableParallelism } from 'node:os'
import type { Place } from './mutant.ts'
import type { PlantedPackage } from './planted-package.ts'

/**
 * Tries each bug, as many side by side as there are cores; those without a switch one after another at the end.
 * @param tryOne says what became of it.
 */
export async function tryAll<Bug extends Place>(
  copy: PlantedPackage,
  bugs: readonly Bug[],
  tryOne: (bug: Bug) => Promise<void>,
): Promise<void> {
  const waiting = bugs.filter((bug) => copy.hasSwitch(bug))
  const work = async (): Promise<void> => {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) await tryOne(bug)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  for (const bug of bugs.filter((each) => !copy.hasSwitch(each))) await tryOne(bug)
}

/** Tests that fail without a planted bug would find every one. */
export async function checkSound(copy: PlantedPackage, selections: readonly (readonly string[])[]): Promise<void> {
  const different = new Map(selections.map((selection) => [selection.join(' '), selection]))
  for (const selection of different.values()) {
    const before = await copy.failures(selection)
    if (before.length > 0) throw new Error(`tests fail without a planted bug: ${before.join('; ')}`)
  }
}
