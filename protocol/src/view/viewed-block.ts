import {
  type Block,
  type BlockHeader,
  BlockHeaderType,
  BlockType,
  type BlockWitness,
  BlockWitnessType,
} from '../types/block.ts'
import { ViewReader, viewFault } from './offsets.ts'
import { RunsView } from './runs-view.ts'

const headerBytes = BlockHeaderType.fixedSize as number
/** Of a block: its header and an offset. */
export const blockFixedBytes = headerBytes + 4

/** A block whose runs and signatures stay bytes. */
export interface ViewedBlock {
  readonly header: BlockHeader
  readonly runs: RunsView
}

/** SSZ of the block, without its signatures: those are `runs.witnessBytes`. */
export function blockBytesOf({ header, runs }: ViewedBlock): Uint8Array {
  const bytes = new Uint8Array(blockFixedBytes + runs.bytes.length)
  bytes.set(BlockHeaderType.serialize(header))
  new DataView(bytes.buffer).setUint32(headerBytes, blockFixedBytes, true)
  bytes.set(runs.bytes, blockFixedBytes)
  return bytes
}

/** Looks at the SSZ of a block and of its witness. Bytes are kept, not copied. @throws {CodecError} */
export function viewBlock(bytes: Uint8Array, witnessBytes: Uint8Array): ViewedBlock {
  const reader = new ViewReader(bytes)
  reader.assertFixed('block', 0, bytes.length, blockFixedBytes)
  const runs = reader.offset('runs', headerBytes, 0, bytes.length)
  if (runs !== blockFixedBytes) throw viewFault('runs', 'a wrong offset')
  const header = BlockHeaderType.deserialize(bytes.slice(0, headerBytes))
  return { header, runs: RunsView.read(bytes.subarray(runs), witnessBytes) }
}

/** The view of a block given as values. @throws {CodecError} when the witness has not as many runs and segments. */
export function viewOfBlock(block: Block, witness: BlockWitness): ViewedBlock {
  return viewBlock(BlockType.serialize({ ...block }), BlockWitnessType.serialize(witness))
}
