import { readStatus } from './poll.ts'

/** What a verifying node says of itself. */
export interface NodeView {
  /** Last block verified. */
  readonly block: bigint
  /** Last block that is verified and final on the L2. */
  readonly finalBlock: bigint
  /** Messages in final blocks. */
  readonly finalMessages: number
  /** Of the last block. */
  readonly stateRoot: string
  readonly rootsCompared: number
  readonly rootsEqual: number
}

export async function readNode(url: string, signal: AbortSignal): Promise<NodeView> {
  const status = await readStatus({}, `${url}/v1/status`, signal)
  return status as unknown as NodeView
}
