import {
  type ChangeMembers,
  type Conversation,
  consentDigest,
  createConversationDigest,
  type InitialMember,
  type MemberKey,
  type Millis,
  OperationKind,
  ownerAddress,
  portableVerifier,
  type Shard,
  type Signature,
  signDigest,
} from '@parley/protocol/light'
import { applyMessages, applyOperation, type BlockContext, blockContext } from '@parley/protocol/reference'
import type { Genesis, Log, LogEntry, LogEvent, OutgoingMessage, Place, RecordPlace } from '../ports/log.ts'

const chainId = 901n
const shard = 0
const owner = new Uint8Array(32).fill(1)
const plenty = 2n ** 60n
const perMember = 2n ** 40n

interface Record {
  readonly genesis: Genesis
  readonly entries: LogEntry[]
}

/**
 * A log in memory, for tests and simulations: one shard under the reference transition, so it takes and refuses what a sequencer
 * does. Every entry is sealed at once.
 */
export class MemoryLog implements Log {
  readonly chainId = chainId
  private readonly records: Record[] = []
  private readonly state: Shard
  private readonly now: () => Millis
  private readonly waiting = new Set<() => void>()

  constructor(now: () => Millis) {
    this.now = now
    const account = { owner: ownerAddress(owner), nonce: 0n, balance: plenty, withdrawn: 0n }
    this.state = { conversations: [], accounts: [account], feeExcess: 0n, feeTime: now(), revenue: 0n }
  }

  /** Opens a conversation; the first member is its admin. */
  create(keys: readonly MemberKey[]): Place {
    const members = keys.map(
      ({ key }, i): InitialMember => ({ key, role: i === 0 ? 2 : 1, allowance: perMember, priceLimit: plenty }),
    )
    const nonce = this.state.accounts[0]?.nonce ?? 0n
    const salt = new Uint8Array(32).fill(Number(nonce % 256n))
    const value = { shard, account: 0, nonce, salt, members }
    const context = this.context()
    const id = createConversationDigest(context.separator, value)
    const consents = keys.map(({ key, secret }, slot) => signDigest(secret, consentDigest(chainId, id, slot, 0n, key)))
    const operation = { selector: OperationKind.createConversation, value } as const
    applyOperation(this.state, shard, operation, [signDigest(owner, id), ...consents], context)
    this.records.push({ genesis: { id, members }, entries: [] })
    return { shard, index: this.records.length - 1 }
  }

  /** Everything that was taken, in order. */
  entries({ index }: Place): readonly LogEntry[] {
    return this.record(index).entries
  }

  async genesis({ index }: Place): Promise<Genesis> {
    return this.record(index).genesis
  }

  async standing({ index }: Place): Promise<Conversation> {
    return structuredClone(this.state.conversations[index] as Conversation)
  }

  async send({ index }: Place, { slot, nonce, content, signature }: OutgoingMessage): Promise<void> {
    const position = (this.state.conversations[index] as Conversation).messageCount
    // The nonce is signed and not carried: another one fails as a signature, and a sequencer says so by this code.
    const held = this.state.conversations[index]?.members[slot]?.nonce
    if (held !== undefined && held !== nonce) throw new NonceMismatch(held, nonce)
    const message = { conversation: index, member: slot, content }
    applyMessages(this.state, shard, [message], [signature], this.context())
    this.take(index, { kind: 'message', position, slot, content, time: this.now(), level: 'sealed' })
  }

  async change(change: ChangeMembers, signatures: readonly Signature[]): Promise<void> {
    const operation = { selector: OperationKind.changeMembers, value: change } as const
    applyOperation(this.state, shard, operation, signatures, this.context())
    this.take(change.conversation, { kind: 'change', change, time: this.now(), level: 'sealed' })
  }

  async *follow({ index }: Place, { cursor: from }: RecordPlace, signal: AbortSignal): AsyncGenerator<LogEvent> {
    const { entries } = this.record(index)
    let next = Number(from.messages + from.changes)
    for (;;) {
      while (next < entries.length) {
        yield entries[next] as LogEntry
        next += 1
      }
      yield { kind: 'end' }
      if (next === entries.length) await this.more(signal)
    }
  }

  private more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        this.waiting.delete(wake)
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = (): void => {
        this.waiting.delete(wake)
        reject(signal.reason)
      }
      if (signal.aborted) return stop()
      this.waiting.add(wake)
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  private take(index: number, entry: LogEntry): void {
    this.record(index).entries.push(entry)
    for (const wake of [...this.waiting]) wake()
  }

  private record(index: number): Record {
    const record = this.records[index]
    if (record === undefined) throw new RangeError(`no conversation ${index}`)
    return record
  }

  private context(): BlockContext {
    return blockContext(
      {
        chainId,
        inbox: new Uint8Array(20),
        fees: { minPrice: 1n, target: 1_000_000n, fraction: 1_000_000n },
        forceDelayMs: 0n,
        genesis: { timestamp: 0n, prices: noPrices, lineage: new Uint8Array(32) },
      },
      portableVerifier,
      this.now(),
      noPrices,
    )
  }
}

const noPrices = { coreByte: 0n, witnessByte: 0n, settlement: 0n, stateByte: 0n }

/** What a sequencer answers to a message that another device of the same slot outran. */
class NonceMismatch extends Error {
  readonly fault: { readonly code: 'NONCE_MISMATCH'; readonly expected: bigint; readonly received: bigint }

  constructor(expected: bigint, received: bigint) {
    super(`nonce ${received} is not ${expected}`)
    this.fault = { code: 'NONCE_MISMATCH', expected, received }
  }
}
