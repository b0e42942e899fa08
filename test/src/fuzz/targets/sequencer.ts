import { createExecution } from '@parley/execution'
import { openJournal } from '@parley/journal'
import {
  type InboxItem,
  messageDigest,
  operationDigests,
  type SignedMessage,
  SignedMessageType,
  type SignedOperation,
  SignedOperationType,
  signDigestRecoverable,
} from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { createSequencer } from '@parley/sequencer'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { Registry } from 'prom-client'
import { config, deployment, digestOf, owner, sign } from '../../vectors/people.ts'
import { create, creation, fund, keys, owners, shardIndex } from '../../vectors/standing.ts'
import { StillL2 } from './still-l2.ts'

/** A real sequencer over memory, and what may be sent to it. */
export interface AttackedSequencer {
  readonly url: string
  /** Messages that are valid in their order, each once. */
  readonly messages: readonly Uint8Array[]
  readonly operations: readonly Uint8Array[]
  /** Rejects with what made the sequencer fail by itself. */
  readonly failed: Promise<never>
  close(): Promise<void>
}

/** Valid messages that are offered to the fuzzer; no more than these can ever be accepted. */
export const offeredMessages = 40

const founding = create({
  nonce: 0n,
  members: creation.members.map((member) => ({ ...member, allowance: 20_000_000n, priceLimit: 1_000_000n })),
})

const deposit: InboxItem = {
  selector: 0,
  value: { shard: shardIndex, account: 0, owner: owners.ann.name, amount: 100_000_000n },
}

function signedMessages(conversationId: Uint8Array): Uint8Array[] {
  return Array.from({ length: offeredMessages }, (_, i) => {
    const nonce = 1n + BigInt(i)
    const content = digestOf(`fuzz ${i}`)
    const signature = keys.newcomer.sign(messageDigest(config.chainId, conversationId, 1, nonce, content))
    const message: SignedMessage = { shard: shardIndex, conversation: 0, member: 1, nonce, content, signature }
    return SignedMessageType.serialize(message)
  })
}

async function post(url: string, path: string, body: Uint8Array): Promise<Uint8Array> {
  const headers = { 'content-type': 'application/octet-stream' }
  const response = await fetch(url + path, { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> })
  if (response.status !== 200) throw new Error(`${path} answers ${response.status}: ${await response.text()}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Sends the creation until the account's deposit was executed, a minute at most. */
async function found(url: string, operation: Uint8Array): Promise<void> {
  const deadline = Date.now() + 60_000
  while ((await post(url, '/v1/operations', operation))[0] !== 0) {
    if (Date.now() > deadline) throw new Error('the conversation was not created within a minute')
    await systemClock.sleep(20, AbortSignal.timeout(1_000))
  }
}

export async function startSequencer(): Promise<AttackedSequencer> {
  const { name: address, secret } = owner('sequencer')
  const log = pino({ level: 'silent' })
  const execution = await createExecution({ config, log }, { lanes: 1, verifier: 'portable' })
  const level = () => new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })
  const journal = await openJournal({ db: level() })
  const most = Number.MAX_SAFE_INTEGER
  const sequencer = createSequencer(
    {
      config,
      execution,
      journal,
      store: level(),
      settlement: new StillL2(config, address, [deposit]),
      signer: { address, sign: async (digest) => signDigestRecoverable(secret, digest) },
      signedHeaders: level(),
      witnesses: [],
      clock: systemClock,
      log,
      registry: new Registry(),
    },
    { alone: true, http: { quotaBurst: most, quotaPerSecond: most } },
  )
  await sequencer.start()
  const signed: SignedOperation = {
    operation: founding,
    signatures: sign(founding, [owners.ann, keys.admin, keys.newcomer]),
  }
  const operation = SignedOperationType.serialize(signed)
  await found(sequencer.url, operation)
  const funding = fund({ nonce: 1n })
  const funded = SignedOperationType.serialize({ operation: funding, signatures: sign(funding, [owners.ann]) })
  return {
    url: sequencer.url,
    messages: signedMessages(operationDigests(founding, deployment)[0]!),
    operations: [operation, funded],
    failed: sequencer.failed,
    close: async () => {
      await sequencer.stop()
      await execution.close()
      await journal.close()
    },
  }
}
