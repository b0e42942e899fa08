import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readNode } from '@parley/cli/roles'
import type { Stage } from './stage.ts'

/** Waits until the node has verified what is sealed now. */
export async function nodeFollows({ observers, stack, signal, wait }: Stage): Promise<bigint> {
  const sealed = observers.sealed()?.header.number ?? 0n
  return wait(`the node to verify block ${sealed}`, async () => {
    const { block } = await readNode(stack.places.nodeUrl as string, signal)
    return block >= sealed ? block : undefined
  })
}

/** What a role wrote into its log so far. */
export const logOf = ({ dataDir }: Stage, role: string): Promise<string> =>
  readFile(join(dataDir, 'logs', `${role}.log`), 'utf8')

/** The values of a metric of the node by its labels, as `name="value"` texts. */
export async function nodeMetric({ stack, signal }: Stage, name: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${stack.places.nodeUrl}/metrics`, { signal })).text()
  const lines = text.matchAll(new RegExp(`^${name}\\{([^}]*)\\} (\\S+)$`, 'gm'))
  return new Map([...lines].map(([, labels = '', value]) => [labels, Number(value)]))
}
