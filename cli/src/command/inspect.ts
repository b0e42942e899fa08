import type { CommandDefinition } from './command.ts'

const l2 = ['l2.url', 'l2.rollup'] as const

export const inspectClaim: CommandDefinition = {
  name: 'inspect claim',
  about: 'Show a claim standing on the L2.',
  args: [{ name: '<number>', about: 'Number of the claim, or latest.' }],
  keys: l2,
  async run(context, [number]) {
    const { claimNumbered, readClaims } = await import('../inspect/claims.ts')
    const { plain } = await import('../inspect/plain.ts')
    const view = await readClaims(context)
    const { claim, at } = claimNumbered(view, number as string)
    const shown = { claim, l2Block: at.blockNumber, final: claim.number <= view.finalNumber }
    context.out.write(`${JSON.stringify(plain(shown), undefined, 2)}\n`)
    return 0
  },
}

export const inspectPayload: CommandDefinition = {
  name: 'inspect payload',
  about: 'Fetch a claimed batch from its DA layers, decode it and show what it holds.',
  args: [{ name: '<claim>', about: 'Number of the claim, or latest.' }],
  keys: [...l2, 'l1.url', 'l1.beaconUrl', 'da.localUrl'],
  async run(context, [number]) {
    const { showPayload } = await import('../inspect/show-payload.ts')
    return showPayload(context, number as string)
  },
}

export const inspectBlock: CommandDefinition = {
  name: 'inspect block',
  about: 'Show a block that a node has verified.',
  args: [{ name: '<number>', about: 'Number of the block, or latest.' }],
  keys: ['node.url'],
  async run(context, [number]) {
    const { showBlock } = await import('../inspect/show-block.ts')
    return showBlock(context, number as string)
  },
}

export const inspectConversation: CommandDefinition = {
  name: 'inspect conversation',
  about: 'Show a conversation of a node with its whole record, its proof and its completeness checked.',
  args: [{ name: '<place>', about: 'Shard and index, such as 7/0.' }],
  keys: [...l2, 'node.url'],
  async run(context, [place]) {
    const { showConversation } = await import('../inspect/show-conversation.ts')
    return showConversation(context, place as string)
  },
}
