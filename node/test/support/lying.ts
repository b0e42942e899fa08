import type { BuiltBlock } from '@parley/protocol/reference'

/** A block that says it ends in another state, with everything else as it should be. */
export function lying({ block, ...rest }: BuiltBlock): BuiltBlock {
  const stateRoot = block.header.stateRoot.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
  return { ...rest, block: { ...block, header: { ...block.header, stateRoot } } }
}
