import { BlockHeaderType, type Run, type Signature, viewOfBlock } from '@parley/protocol'
import { ByteWriter } from '../../src/codec/bytes.ts'
import { writeRun } from '../../src/codec/packed-runs.ts'

/** One run given as values, as lanes are handed it. */
export function packedRun(run: Run, signatures: Signature[][]): Uint8Array {
  const { runs } = viewOfBlock({ header: BlockHeaderType.defaultValue(), runs: [run] }, [signatures])
  const writer = new ByteWriter()
  for (const viewed of runs.runs) writeRun(writer, runs, viewed)
  return writer.written().slice()
}
