import type { CommandDefinition } from './command.ts'

const l2 = ['l2.url', 'l2.rollup', 'run.json'] as const

export const inspectClaim: CommandDefinition = {
  name: 'inspect claim',
  about: 'Show a claim standing on the L2.',
  args: [{ name: '<number>', about: 'Number of the claim, or latest.' }],
  keys: l2,
  examples: ['parley inspect claim latest --dev DIR'],
  async run(context, [number]) {
    const { claimNumbered, layersOf, readClaims } = await import('../inspect/claims.ts')
    const { tell } = await import('../action/tell.ts')
    const view = await readClaims(context)
    const { claim, at } = claimNumbered(view, number as string)
    const shown = { layers: layersOf(claim), claim, l2Block: at.blockNumber, final: claim.number <= view.finalNumber }
    return tell(context, shown)
  },
}

export const inspectPayload: CommandDefinition = {
  name: 'inspect payload',
  about: 'Fetch a claimed batch from its DA layers, decode it and show what it holds.',
  args: [{ name: '<claim>', about: 'Number of the claim, or latest.' }],
  keys: [
    ...l2,
    'l1.url',
    'l1.beaconUrl',
    'l1.archiveUrl',
    'l1.slots',
    'da.localUrl',
    'da.celestiaUrl',
    'da.celestiaChainId',
    'da.altDaUrl',
  ],
  examples: ['parley inspect payload latest --dev DIR'],
  async run(context, [number]) {
    const { showPayload } = await import('../inspect/show-payload.ts')
    return showPayload(context, number as string)
  },
}

export const inspectBlock: CommandDefinition = {
  name: 'inspect block',
  about: 'Show a block that a node has verified.',
  args: [{ name: '<number>', about: 'Number of the block, or latest.' }],
  keys: ['node.url', 'run.json'],
  examples: ['parley inspect block latest --dev DIR'],
  async run(context, [number]) {
    const { showBlock } = await import('../inspect/show-block.ts')
    return showBlock(context, number as string)
  },
}

export const inspectConversation: CommandDefinition = {
  name: 'inspect conversation',
  about: 'Show a conversation of a node with its whole record, checked against the root of a claim read from the L2.',
  args: [{ name: '<place>', about: 'Shard and index, such as 7/0.' }],
  keys: [...l2, 'node.url'],
  examples: ['parley inspect conversation 7/0 --dev DIR'],
  async run(context, [place]) {
    const { showConversation } = await import('../inspect/show-conversation.ts')
    return showConversation(context, place as string)
  },
}

export const inspectFallen: CommandDefinition = {
  name: 'inspect fallen',
  about: 'Show the accepted messages and operations that became invalid when claims were removed.',
  args: [{ name: '<removal>', about: 'Number of the removal, from 0, or latest.' }],
  keys: ['sequencer.url', 'run.json'],
  examples: ['parley inspect fallen latest --dev DIR'],
  async run(context, [removal]) {
    const { showFallen } = await import('../inspect/show-fallen.ts')
    return showFallen(context, removal as string)
  },
}
