import { type ClaimsView, type NodeView, readNode } from '@parley/cli/roles'
import { LabError } from '../faults.ts'
import type { SealedChainView } from '../observe/sealed.ts'
import type { Observers } from './observers.ts'

/** A stack that has nothing on its way. */
export interface Drained {
  readonly sealed: SealedChainView
  readonly claims: ClaimsView
  readonly node: NodeView
}

/**
 * Waits until everything accepted is final and verified.
 * @param accepted - Messages since genesis.
 * @throws {LabError} `NODE_HALTED`; what `wait` throws.
 */
export async function drained(
  observers: Observers,
  nodeUrl: string,
  accepted: number,
  wait: <T>(what: string, look: () => Promise<T | undefined> | T | undefined) => Promise<T>,
  signal: AbortSignal,
): Promise<Drained> {
  const sealed = await wait('all messages to be sealed', () => {
    const view = observers.sealed()
    return view !== undefined && view.messages >= accepted ? view : undefined
  })
  const head = sealed.header.number
  const claims = await wait('all blocks to be final', () => {
    const view = observers.claims()
    return view !== undefined && view.finalBlock >= head ? view : undefined
  })
  const node = await wait('the node to verify all blocks', async () => {
    const view = await readNode(nodeUrl, signal)
    if (view.state === 'wrong' || view.state === 'failed') throw halted(view)
    return view.finalBlock >= head ? view : undefined
  })
  return { sealed, claims, node }
}

function halted({ state, fault }: NodeView): LabError {
  return new LabError({ code: 'NODE_HALTED', state, reason: JSON.stringify(fault) })
}
