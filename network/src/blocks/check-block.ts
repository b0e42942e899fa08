import { BlockHeaderType, BlockView, type Bytes32, runsRootOfView, sameBytes } from '@parley/protocol'
import { NetworkError } from '../faults.ts'
import { protocols } from '../wire/forms.ts'
import { decodeFrame } from '../wire/frames.ts'

/**
 * The block of a header, of what a peer served for it: the header has this root, and commits to these runs.
 * @throws {NetworkError} `PEER_FRAME_MALFORMED`, `PEER_BLOCK_DIFFERS`.
 */
export function checkBlock(bytes: Uint8Array, number: bigint, root: Bytes32): BlockView {
  const view = decodeFrame({ deserialize: BlockView.read }, bytes, protocols.blocks)
  const differs = (field: string, expected: Uint8Array, received: Uint8Array): NetworkError =>
    new NetworkError({ code: 'PEER_BLOCK_DIFFERS', block: number, field, expected, received })
  const served = BlockHeaderType.hashTreeRoot(view.header)
  if (!sameBytes(served, root)) throw differs('header', root, served)
  const runs = runsRootOfView(view.runs)
  if (!sameBytes(runs, view.header.runsRoot)) throw differs('runsRoot', view.header.runsRoot, runs)
  return view
}
