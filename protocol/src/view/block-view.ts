import type { Block, BlockHeader, SealedBlock } from '../types/block.ts'
import { SealedBlockType } from '../types/wire.ts'
import { ViewReader, viewFault } from './offsets.ts'
import type { RunsView } from './runs-view.ts'
import { blockBytesOf, type ViewedBlock, viewBlock } from './viewed-block.ts'

const sealSignatureBytes = 65
/** Of a sealed block: two offsets and the signature. */
const sealedFixed = 8 + sealSignatureBytes
/** A sealed block as SSZ bytes, of which only the header is taken apart. */
export class BlockView implements ViewedBlock {
  /** SSZ of the sealed block. */
  readonly bytes: Uint8Array
  readonly header: BlockHeader
  readonly runs: RunsView
  /** 65 bytes, r ‖ s ‖ v, over the header. */
  readonly signature: Uint8Array

  private constructor(bytes: Uint8Array, header: BlockHeader, runs: RunsView) {
    this.bytes = bytes
    this.header = header
    this.runs = runs
    this.signature = bytes.subarray(8, sealedFixed)
  }

  /** Bytes are kept, not copied. @throws {CodecError} when they are not the SSZ of a sealed block. */
  static read(bytes: Uint8Array): BlockView {
    const reader = new ViewReader(bytes)
    reader.assertFixed('sealed block', 0, bytes.length, sealedFixed)
    const block = reader.offset('block', 0, 0, bytes.length)
    const witness = reader.offset('witness', 4, 0, bytes.length)
    if (block !== sealedFixed || witness < block) throw viewFault('block', 'a wrong offset')
    const { header, runs } = viewBlock(bytes.subarray(block, witness), bytes.subarray(witness))
    return new BlockView(bytes, header, runs)
  }

  /** Puts a sealed block together. */
  static of(header: BlockHeader, runs: RunsView, signature: Uint8Array): BlockView {
    if (signature.length !== sealSignatureBytes) throw new RangeError(`a signature of ${signature.length} bytes`)
    const block = blockBytesOf({ header, runs })
    const witness = sealedFixed + block.length
    const bytes = new Uint8Array(witness + runs.witnessBytes.length)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, sealedFixed, true)
    view.setUint32(4, witness, true)
    bytes.set(signature, 8)
    bytes.set(block, sealedFixed)
    bytes.set(runs.witnessBytes, witness)
    return new BlockView(bytes, header, runs)
  }

  /** The view of a sealed block given as values. @throws {CodecError} */
  static encode(sealed: SealedBlock): BlockView {
    return BlockView.read(SealedBlockType.serialize({ ...sealed, block: sealed.block as Block }))
  }

  /** As values. */
  decode(): SealedBlock {
    const { header, runs, signature } = this
    return { block: { header, runs: runs.decodeRuns() }, witness: runs.decodeWitness(), signature }
  }
}
