import { type ChangeMembers, memberKey, type SignedMessage } from '@parley/protocol'
import { describe, expect, test } from 'vitest'
import {
  buildChangeMembers,
  buildCreateConversation,
  buildFund,
  buildReclaim,
  buildWithdraw,
  consentOf,
  conversationId,
  type OwnerSigner,
  signMessage,
} from '../src/index.ts'
import { digestOf } from './support/blocks.ts'
import { config, keys, owner, ReferenceShard } from './support/state.ts'

const [admin, talker, guest] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]]
const shard = 5

const creation = {
  shard,
  account: 0,
  nonce: 0n,
  salt: digestOf('salt'),
  members: [admin, talker].map(({ key }, slot) => ({
    key,
    role: slot === 0 ? 2 : 1,
    allowance: 10_000_000n,
    priceLimit: 1_000_000n,
  })),
}
const consents = [admin, talker].map((key) => consentOf(config.chainId, key))

async function created(): Promise<ReferenceShard> {
  const reference = new ReferenceShard()
  reference.apply(await buildCreateConversation(config, creation, owner, consents))
  return reference
}

const change = (entries: Partial<ChangeMembers>): ChangeMembers => ({
  shard,
  conversation: 0,
  epoch: 0n,
  signer: 0,
  remove: [],
  roles: [],
  add: [],
  exchange: [],
  ...entries,
})

describe('builders', () => {
  test('create › is what the reference accepts, under the id told before', async () => {
    const { conversation } = await created()
    expect(conversation.id).toEqual(conversationId(config, creation))
  })

  const draft = { shard, conversation: 0, conversationId: digestOf('id'), member: 1, nonce: 1n, content: digestOf('a') }
  test.each([
    [{ shard: 64 }, { code: 'ARGUMENT_OUT_OF_RANGE', field: 'shard' }],
    [{ conversation: 2 ** 24 }, { code: 'ARGUMENT_OUT_OF_RANGE', field: 'conversation' }],
    [{ member: 999_999 }, { code: 'ARGUMENT_OUT_OF_RANGE', field: 'member' }],
    [{ nonce: 2n ** 64n }, { code: 'ARGUMENT_OUT_OF_RANGE', field: 'nonce' }],
    [{ nonce: 1 as unknown as bigint }, { code: 'ARGUMENT_INVALID', field: 'nonce' }],
    [{ content: digestOf('a').subarray(1) }, { code: 'ARGUMENT_INVALID', field: 'content' }],
    [{ conversationId: '0x' as unknown as Uint8Array }, { code: 'ARGUMENT_INVALID', field: 'conversationId' }],
  ])('message › %o is not signed', (wrong, fault) => {
    expect(() => signMessage(config.chainId, { ...draft, ...wrong }, talker)).toThrow(
      expect.objectContaining({ fault: expect.objectContaining(fault) }),
    )
  })

  test('message › a chain id must be a bigint', () => {
    expect(() => signMessage(901 as unknown as bigint, draft, talker)).toThrow(/ARGUMENT_INVALID.*chainId/)
  })

  test('create › a missing consent is refused here', async () => {
    await expect(buildCreateConversation(config, creation, owner, consents.slice(1))).rejects.toThrow(
      /ARGUMENT_OUT_OF_RANGE.*consents/,
    )
  })

  test('messages › signed in a row are what the reference accepts', async () => {
    const reference = await created()
    const { id } = reference.conversation
    const messages = [1n, 2n, 3n].map(
      (nonce): SignedMessage =>
        signMessage(
          config.chainId,
          { shard, conversation: 0, conversationId: id, member: 1, nonce, content: digestOf(`${nonce}`) },
          talker,
        ),
    )
    reference.say(...messages)
    expect(reference.conversation.messageCount).toBe(3n)
  })

  test('change › an added key consents with the nonce of its slot, also of one emptied by the same change', async () => {
    const reference = await created()
    const swap = change({
      remove: [{ slot: 1 }],
      add: [{ slot: 1, key: guest.key, role: 1, allowance: 0n, priceLimit: 0n }],
    })
    reference.apply(
      await buildChangeMembers(config.chainId, reference.conversation, swap, admin, [consentOf(config.chainId, guest)]),
    )
    expect(reference.conversation.members[1]).toMatchObject({ key: guest.key, nonce: 3n })
    const append = change({ epoch: 1n, add: [{ slot: 2, key: talker.key, role: 1, allowance: 0n, priceLimit: 0n }] })
    reference.apply(
      await buildChangeMembers(config.chainId, reference.conversation, append, admin, [
        consentOf(config.chainId, talker),
      ]),
    )
    expect(reference.conversation.members[2]).toMatchObject({ key: talker.key, nonce: 1n })
  })

  test('fund, reclaim, withdraw › are what the reference accepts', async () => {
    const reference = await created()
    const place = { shard, account: 0, conversation: 0, member: 1 }
    reference.apply(await buildFund(config, { ...place, nonce: 1n, amount: 5n, priceLimit: 9n }, owner))
    reference.apply(await buildReclaim(config, { ...place, nonce: 2n, amount: 7n }, owner))
    reference.apply(await buildWithdraw(config, { shard, account: 0, nonce: 3n, amount: 11n }, owner))
    expect(reference.shard.accounts[0]).toMatchObject({ nonce: 4n, withdrawn: 11n })
    expect(reference.conversation.members[1]).toMatchObject({ allowance: 10_000_000n + 5n - 7n, priceLimit: 9n })
  })

  test('owner › another signer than the owner is refused by the reference', async () => {
    const reference = new ReferenceShard()
    const stranger: OwnerSigner = { ...owner, sign: (digest) => consentOf(1n, memberKey(digestOf('x')))(digest, 0, 0n) }
    const operation = await buildCreateConversation(config, creation, stranger, consents)
    expect(() => reference.apply(operation)).toThrow(/SIGNATURE_INVALID.*index 0/)
  })
})
