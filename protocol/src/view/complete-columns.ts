import { segmentsOf } from '../block/roots.ts'
import type { BlockParent, InboxWindow } from '../block/rules.ts'
import { HeaderCompleter } from '../codec/complete-headers.ts'
import type { BatchColumns } from '../codec/core-columns.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { RunsLayout } from './runs-layout.ts'
import { runsRootOfView } from './view-roots.ts'
import type { ViewedBlock } from './viewed-block.ts'

const rootBytes = 32

/**
 * As `completeBlocks`, from columns to bytes: nothing on the way is an object a message.
 * @param signatures - All of the batch, one after another, as many as `signaturesOfColumns` says; undefined leaves them zero.
 */
export function completeColumns(
  columns: BatchColumns,
  signatures: Uint8Array | undefined,
  parent: BlockParent,
  window: InboxWindow,
  lineage: Bytes32,
): ViewedBlock[] {
  const layout = new RunsLayout(columns, signatures, parent.shardRoots)
  const headers = new HeaderCompleter(parent, window, lineage)
  return columns.blocks.map(({ timestamp, inboxCount, runs: count }, b) => {
    const runs = layout.next(count)
    const stateRoot = columns.stateRoots.slice(b * rootBytes, (b + 1) * rootBytes)
    const header = headers.next({
      timestamp,
      inboxCount,
      stateRoot,
      runsRoot: runsRootOfView(runs),
      segments: segmentsOf(runs.runs),
    })
    return { header, runs }
  })
}
