import { hash } from 'node:crypto'
import { buildCreateConversation, consentOf, type OwnerSigner, type SequencerClient, signMessage } from '@parley/client'
import { type ChainConfig, type MemberKey, memberKey } from '@parley/protocol'
import { eventually } from './eventually.ts'

export interface Speaker {
  readonly shard: number
  readonly index: number
  readonly id: Uint8Array
  readonly key: MemberKey
  nonce: bigint
}

/** Where conversations are made. */
export interface ConversationPlace {
  readonly config: ChainConfig
  readonly owner: OwnerSigner
  /** Another one once the sequencer was started again. */
  readonly client: SequencerClient
}

/** Conversations of two, and what is said in them. */
export class Conversations {
  readonly all: Speaker[] = []
  private readonly place: ConversationPlace

  constructor(place: ConversationPlace) {
    this.place = place
  }

  /** Creates a conversation of two and gives its second member. */
  async create(shard: number): Promise<Speaker> {
    const { client, config, owner } = this.place
    const account = await eventually(`an account in shard ${shard}`, () => client.account(shard, 0))
    const keys = [0, 1].map((slot) => memberKey(secretOf(shard, this.all.length, slot)))
    const members = keys.map(({ key }, slot) => ({
      key,
      role: slot === 0 ? 2 : 1,
      allowance: 10n ** 9n,
      priceLimit: 10n ** 7n,
    }))
    const create = { shard, account: 0, nonce: account.nonce, salt: bytesOf(`${this.all.length}`), members }
    const consents = keys.map((key) => consentOf(config.chainId, key))
    const operation = await buildCreateConversation(config, create, owner, consents)
    const receipt = await client.submitOperation(operation)
    if (!receipt.accepted) throw new Error(`refused: ${receipt.refusal}`)
    const index = Number(receipt.position)
    const conversation = await client.conversation(shard, index)
    const speaker = { shard, index, id: conversation?.id as Uint8Array, key: keys[1] as MemberKey, nonce: 1n }
    this.all.push(speaker)
    return speaker
  }

  /** Secret of the admin of a conversation made here. */
  adminSecret(speaker: Speaker): Uint8Array {
    return secretOf(speaker.shard, this.all.indexOf(speaker), 0)
  }

  /** Sends `count` messages of the conversation's second member. */
  async say(speaker: Speaker, count: number): Promise<void> {
    const { client, config } = this.place
    const { shard, index, id, key } = speaker
    const messages = Array.from({ length: count }, (_, i) =>
      signMessage(
        config.chainId,
        {
          shard,
          conversation: index,
          conversationId: id,
          member: 1,
          nonce: speaker.nonce + BigInt(i),
          content: bytesOf(`content ${shard} ${index} ${speaker.nonce + BigInt(i)}`),
        },
        key,
      ),
    )
    const receipts = await client.submitMessages(messages)
    const refused = receipts.find((receipt) => !receipt.accepted)
    if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`)
    speaker.nonce += BigInt(count)
  }

  /** Root of the sequencer's latest block once it has sealed everything said. */
  async sealedRoot(): Promise<{ readonly number: bigint; readonly stateRoot: Uint8Array }> {
    const { client } = this.place
    const spoken = this.all.reduce((sum, { nonce }) => sum + nonce - 1n, 0n)
    return eventually('everything sealed', async () => {
      const latest = await client.block('latest')
      if (latest === undefined) return undefined
      let messages = 0n
      for (let number = latest.block.header.number; number > 0n; number -= 1n) {
        const sealed = await client.block(number)
        for (const run of sealed?.block.runs ?? [])
          for (const { body } of run.segments) if (body.selector === 0) messages += BigInt(body.value.length)
      }
      return messages === spoken ? latest.block.header : undefined
    })
  }
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(hash('sha256', text, 'buffer'))

const secretOf = (shard: number, conversation: number, slot: number): Uint8Array =>
  bytesOf(`key ${shard} ${conversation} ${slot}`)
