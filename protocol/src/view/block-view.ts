import { type Block, type BlockHeader, BlockHeaderType, type BlockWitness, type SealedBlock } from '../types/block.ts'
import { SealedBlockType } from '../types/wire.ts'
import { ViewReader, viewFault } from './offsets.ts'
import { RunsView } from './runs-view.ts'

const sealSignatureBytes = 65
/** Of a sealed block: two offsets and the signature. */
const sealedFixed = 8 + sealSignatureBytes
const headerBytes = BlockHeaderType.fixedSize as number
/** Of a block: its header and an offset. */
const blockFixed = headerBytes + 4

/** A sealed block as SSZ bytes, of which only the header is taken apart. */
export class BlockView {
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
    reader.demandFixed('sealed block', 0, bytes.length, sealedFixed)
    const block = reader.offset('block', 0, 0, bytes.length)
    const witness = reader.offset('witness', 4, 0, bytes.length)
    if (block !== sealedFixed || witness < block) throw viewFault('block', 'a wrong offset')
    reader.demandFixed('block', block, witness, blockFixed)
    const runs = reader.offset('runs', block + headerBytes, block, witness)
    if (runs !== block + blockFixed) throw viewFault('runs', 'a wrong offset')
    const header = BlockHeaderType.deserialize(bytes.slice(block, block + headerBytes))
    return new BlockView(bytes, header, RunsView.read(bytes.subarray(runs, witness), bytes.subarray(witness)))
  }

  /** Puts a sealed block together. */
  static of(header: BlockHeader, runs: RunsView, signature: Uint8Array): BlockView {
    if (signature.length !== sealSignatureBytes) throw new RangeError(`a signature of ${signature.length} bytes`)
    const witness = sealedFixed + blockFixed + runs.bytes.length
    const bytes = new Uint8Array(witness + runs.witnessBytes.length)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, sealedFixed, true)
    view.setUint32(4, witness, true)
    bytes.set(signature, 8)
    bytes.set(BlockHeaderType.serialize(header), sealedFixed)
    view.setUint32(sealedFixed + headerBytes, blockFixed, true)
    bytes.set(runs.bytes, sealedFixed + blockFixed)
    bytes.set(runs.witnessBytes, witness)
    return new BlockView(bytes, header, runs)
  }
}

/** Views that sealed blocks were made of, so that whoever is given the block finds the bytes again. */
const views = new WeakMap<SealedBlock, BlockView>()

/** The sealed block that a view shows; its runs and witness are decoded when somebody looks at them. */
export function sealedOf(view: BlockView): SealedBlock {
  let block: Block | undefined
  let witness: BlockWitness | undefined
  const sealed: SealedBlock = {
    get block() {
      block ??= { header: view.header, runs: view.runs.decodeRuns() }
      return block
    },
    get witness() {
      witness ??= view.runs.decodeWitness()
      return witness
    },
    signature: view.signature,
  }
  views.set(sealed, view)
  return sealed
}

/** The view of a sealed block, made anew when it did not come from one. @throws {CodecError} */
export function viewOf(sealed: SealedBlock): BlockView {
  return views.get(sealed) ?? BlockView.read(SealedBlockType.serialize({ ...sealed, block: sealed.block as Block }))
}
