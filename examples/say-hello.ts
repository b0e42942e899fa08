import * as parley from '@parley/client'
import { contentDigest, memberKey, mwei } from '@parley/protocol/light'
import { createWalletClient, type Hex, hexToBytes, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

/** Opens an account, creates a conversation, says hello and reads it back with its proof; in Node and in a browser. */
export async function sayHello(l2Url: string, rollup: Hex, sequencerUrl: string, nodeUrl: string, secret: Hex) {
  const client = createWalletClient({ account: privateKeyToAccount(secret), transport: http(l2Url) })
  const deployment = await parley.getDeployment(client, { rollup })
  const sequencer = parley.createSequencerClient({ url: sequencerUrl })
  const node = parley.createNodeClient({ url: nodeUrl, l2: { client, rollup } }, deployment)
  const signal = AbortSignal.timeout(60_000)

  const shard = 7
  const hash = await parley.deposit(client, { ...deployment, shard, amount: mwei(10n ** 11n) })
  const [paid] = parley.depositsOf(await parley.confirm(client, { hash }), deployment.inboxAddress)
  const index = paid?.account as number
  const account = await parley.poll(() => sequencer.account(shard, index), signal)

  const me = memberKey(crypto.getRandomValues(new Uint8Array(32)))
  const members = [{ key: me.key, role: 2, allowance: 10n ** 9n, priceLimit: 10n ** 7n }]
  const create = { shard, account: index, nonce: account.nonce, salt: me.key, members }
  const owner = parley.localOwner(hexToBytes(secret))
  const consents = [parley.consentOf(deployment.chainId, me)]
  const created = await sequencer.submitOperation(
    await parley.buildCreateConversation(deployment, create, owner, consents),
  )
  if (!created.accepted) throw new Error(created.refusal)

  const place = {
    shard,
    conversation: Number(created.position),
    conversationId: parley.conversationId(deployment, create),
  }
  const draft = { ...place, member: 0, nonce: 1n, content: contentDigest(new TextEncoder().encode('hello')) }
  const [said] = await sequencer.submitMessages([parley.signMessage(deployment.chainId, draft, me)])
  const read = await parley.poll(async () => {
    const found = await node.completeConversation(shard, place.conversation)
    return found?.conversation.messageCount === 1n && found.grade !== 'node' ? found : undefined
  }, signal)
  return { accepted: said?.accepted, entries: read.record.length, grade: parley.gradeWords[read.grade] }
}
