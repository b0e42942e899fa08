import { type BlockParent, checkShapeRules, type InboxWindow } from '../block/rules.ts'
import type { BlockShape, SegmentShape } from '../block/shape.ts'
import type { ChainConfig } from '../config.ts'
import type { Bytes32 } from '../ssz/primitives.ts'
import { BodyKind } from '../types/block.ts'
import type { RunsView, ViewedSegment } from './runs-view.ts'
import { runsRootOfView } from './view-roots.ts'
import type { ViewedBlock } from './viewed-block.ts'

function shapeOfSegment(view: RunsView, segment: ViewedSegment): SegmentShape {
  const { kind, messages, signatureCount } = segment
  return {
    preRoot: view.root(segment.preRoot),
    postRoot: view.root(segment.postRoot),
    kind,
    messages,
    item: kind === BodyKind.inboxItem ? view.item(segment) : undefined,
    signaturesNeeded: view.signaturesNeeded(segment),
    signatures: signatureCount,
  }
}

/** Reading a view demanded that the witness has as many runs and segments. */
function shapeOfView({ header, runs: view }: ViewedBlock, runsRoot: () => Bytes32): BlockShape {
  return {
    header,
    runs: view.runs.map(({ shard, postRoot, segments }) => ({
      shard,
      postRoot: view.root(postRoot),
      segments: segments.map((segment) => shapeOfSegment(view, segment)),
      signedSegments: segments.length,
    })),
    signedRuns: view.runs.length,
    runsRoot,
  }
}

/**
 * As `checkBlockRules`, without an object a message.
 * @param options.completed - `completeColumns` made the header of these very runs, so that its root of them need not be worked out again.
 * @throws {BlockError} naming the first thing wrong.
 */
export function checkViewRules(
  block: ViewedBlock,
  parent: BlockParent,
  window: InboxWindow,
  lineage: Bytes32,
  config: ChainConfig,
  options: { readonly completed?: boolean } = {},
): void {
  const { header, runs } = block
  const shape = shapeOfView(block, () => (options.completed === true ? header.runsRoot : runsRootOfView(runs)))
  checkShapeRules(shape, parent, window, lineage, config)
}
