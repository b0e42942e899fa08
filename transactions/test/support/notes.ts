import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import type { LocalAccount } from 'viem'
import type { Fees } from '../../src/chain.ts'
import type { Payload, PayloadRules, SendRequest } from '../../src/payload.ts'
import { openSender, type Sender } from '../../src/sender.ts'
import type { SendingOptions } from '../../src/sender-context.ts'
import type { SenderEvent } from '../../src/sender-events.ts'
import type { Sent } from '../../src/sent.ts'
import type { SentStore } from '../../src/sent-store.ts'
import { signNothing } from '../../src/sign-nothing.ts'
import type { FakeChain } from './fake-chain.ts'

/** A payload of its own beside calls: a note, sent to an address made of it. */
export interface Note {
  readonly note: `0x${string}`
}

type NoteRequest = SendRequest & Note

/** The rules that calls do not have. */
const stubborn: PayloadRules = {
  nonces: 'latest',
  refused: 'keep',
  taken: 'signAnew',
  displacedBy: 'blockingType',
  resent: 'lost',
  poolPlaces: 16,
}

const price = (fee: bigint): Fees => ({ maxFeePerGas: fee, maxPriorityFeePerGas: fee })

/** Offers 3 gwei and doubles it; overdue after two blocks. */
function notePayload(account: LocalAccount, expired: () => boolean): Payload<Note, Fees, NoteRequest> {
  return {
    rules: stubborn,
    draft: async ({ note }) => ({ note }),
    sign: ({ note }, nonce, fees) =>
      account.signTransaction({ type: 'eip1559', chainId: 901, nonce, gas: 21_000n, to: note, ...pick(fees) }),
    signNothing: (nonce, fees) => signNothing(account, 901, nonce, fees),
    networkForm: async (_, { raw }) => raw,
    offer: async () => price(3_000_000_000n),
    raise: async ({ maxFeePerGas }) => price(2n * maxFeePerGas),
    isOutbid: async ({ maxFeePerGas }, { baseFeePerGas }) => baseFeePerGas > maxFeePerGas,
    isOverdue: ({ offeredAt }, { number }) => number - offeredAt >= 2n,
    cost: (_, __, { gasUsed }) => gasUsed,
    failure: async () => undefined,
    isExpired: expired,
  }
}

const pick = ({ maxFeePerGas, maxPriorityFeePerGas }: Fees): Fees => ({ maxFeePerGas, maxPriorityFeePerGas })

/** What outlives a process: by key, with what was settled. */
export class NoteStore implements SentStore<Note, Fees, NoteRequest> {
  readonly kept = new Map<string, Sent<Note>>()
  readonly settled = new Set<string>()
  /** Keys whose record changed, in order, with the signatures it had then. */
  readonly writes: string[] = []
  /** Whether adding fails, after it has written. */
  failing = false
  /** Nonces that were given back. */
  private free = Number.POSITIVE_INFINITY

  async unsettled(): Promise<Sent<Note>[]> {
    return [...this.kept.values()].filter(({ key }) => !this.settled.has(key)).sort((a, b) => a.nonce - b.nonce)
  }

  async add(sent: Sent<Note>): Promise<void> {
    this.settled.delete(sent.key)
    this.free = Math.max(this.free, sent.nonce + 1)
    await this.update(sent)
    if (this.failing) throw new Error('planted')
  }

  async update(sent: Sent<Note>): Promise<void> {
    this.writes.push(...sent.attempts.map(({ hash }) => hash))
    this.kept.set(sent.key, sent)
  }

  async settle(sent: Sent<Note>): Promise<void> {
    this.kept.set(sent.key, sent)
    this.settled.add(sent.key)
  }

  async nextNonce(): Promise<number> {
    return Math.min(this.free, Math.max(0, ...[...this.kept.values()].map(({ nonce }) => nonce + 1)))
  }

  async lastSettled(): Promise<Sent<Note> | undefined> {
    const settled = [...this.kept.values()].filter(({ key }) => this.settled.has(key))
    return settled.toSorted((a, b) => b.nonce - a.nonce)[0]
  }

  async rewind(nonce: number): Promise<void> {
    this.free = nonce
  }

  async load(key: string): Promise<Sent<Note> | undefined> {
    return this.kept.get(key)
  }
}

interface NoteSender {
  readonly sender: Sender<Note, Fees, NoteRequest>
  readonly events: SenderEvent[]
}

export interface NoteDeps {
  readonly chain: FakeChain
  readonly account: LocalAccount
  readonly store: NoteStore
  /** Whether what was included is gone again. */
  readonly expired?: () => boolean
}

export async function openNoteSender(
  { chain, account, store, expired = () => false }: NoteDeps,
  options: Partial<SendingOptions> = {},
): Promise<NoteSender> {
  const events: SenderEvent[] = []
  const sender = await openSender(
    {
      chain,
      address: account.address,
      payload: notePayload(account, expired),
      store,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      events: { count: (event) => void events.push(event), pending: () => undefined },
    },
    {
      confirmations: 1,
      watchBlocks: 3,
      pollMs: 2,
      maxPending: 4,
      maxWaiting: 0,
      ...options,
    },
  )
  return { sender, events }
}
