import { type BlockHeader, BlockHeaderType, sameBytes } from '@parley/protocol'
import type { SealedChainView } from './sealed.ts'

/** Blocks that are remembered at most, however far finality is behind. */
const maxViews = 16_384

/** What was seen of the blocks that are not final: when claims fall, the chain goes on behind one of them. */
export class RecentViews {
  private readonly views = new Map<bigint, SealedChainView>()

  /** @param finalBlock - The last block that no removal reaches. */
  add(view: SealedChainView, finalBlock: bigint): void {
    this.views.set(view.header.number, view)
    for (const number of this.views.keys()) {
      if (number >= finalBlock && this.views.size <= maxViews) break
      this.views.delete(number)
    }
  }

  /** Forgets what was built on a block that stays, and gives what was seen up to it; undefined where it was not seen. */
  backTo(header: BlockHeader): SealedChainView | undefined {
    for (const number of this.views.keys()) if (number > header.number) this.views.delete(number)
    const found = this.views.get(header.number)
    if (found === undefined) return undefined
    const [seen, stays] = [found.header, header].map((each) => BlockHeaderType.hashTreeRoot(each)) as [
      Uint8Array,
      Uint8Array,
    ]
    return sameBytes(seen, stays) ? found : undefined
  }
}
