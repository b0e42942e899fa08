import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSequencerClient } from '@parley/client'
import {
  Closing,
  deriveFrom,
  deriveScalar,
  devnetDefaults,
  environmentOf,
  FinalityTracker,
  type NodeView,
  nativeSigner,
  newTally,
  type Observers,
  observe,
  openGateway,
  playLoad,
  readNode,
  type Stack,
  type StackOptions,
  stackConfig,
  startStack,
  syntheticTrace,
  waitFor,
} from '@parley/lab'
import { checkout } from '@parley/lab/program'
import { type BatchClaim, daLayerName, ownerAddress } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'

type ChildConfig = Parameters<typeof environmentOf>[1]

const log = pino({ level: 'silent' })
const withinMs = 100_000
const everyMs = 100
const owner = deriveScalar(deriveFrom('a chain of several layers'), 'owner')

/** A node beside that of the stack. */
export interface OtherNode {
  readonly url: string
  readonly view: () => Promise<NodeView>
  stop(): Promise<void>
}

/** A whole stack of processes with several layers, whose batcher goes on with others when a test says so. */
export class LayeredStack {
  readonly stack: Stack
  readonly directory: string
  private readonly observers: Observers
  private readonly tracker: FinalityTracker
  private readonly closing: Closing
  private readonly signal: AbortSignal
  private accepted = 0
  private nodes = 0

  private constructor(opened: Opened) {
    this.stack = opened.stack
    this.directory = opened.directory
    this.observers = opened.observers
    this.tracker = opened.tracker
    this.closing = opened.closing
    this.signal = opened.signal
  }

  /**
   * @param layers - Every layer that parts may go to, as `--da` takes them.
   * @param batcher - What the batcher begins with.
   */
  static start(layers: string, batcher: ChildConfig): Promise<LayeredStack> {
    return Closing.guard(async (closing) => new LayeredStack(await open(layers, batcher, closing)))
  }

  /** Claims that stand, in their order. */
  get claims(): readonly BatchClaim[] {
    return (this.observers.claims()?.claims ?? []).map(({ claim }) => claim)
  }

  /** Layers of both parts of the claims, each named once while it lasts. */
  get layersUsed(): readonly string[] {
    const used = this.claims.map(({ core, witness }) =>
      [...new Set([core, witness].map(({ layer }) => daLayerName(layer)))].join('+'),
    )
    return used.filter((name, i) => name !== used[i - 1])
  }

  /** Last block that was sealed. */
  get head(): { readonly number: bigint; readonly stateRoot: Uint8Array } {
    const header = this.observers.sealed()?.header
    if (header === undefined) throw new TypeError('nothing was sealed')
    return header
  }

  wait<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
    return waitFor(what, look, { clock: systemClock, everyMs, withinMs }, this.signal)
  }

  /** Has messages accepted, and waits until all are claimed. @param seed - Another one each time. */
  async say(messages: number, seed: string): Promise<void> {
    const { stack, tracker, observers, signal } = this
    const clock = systemClock
    const client = createSequencerClient({ url: stack.places.sequencerUrl, clock })
    const signer = nativeSigner()
    const gateway = await openGateway({ client, signer, clock }, owner, stack.accounts, signal)
    const derive = deriveFrom(seed)
    const { chain } = observers
    const { prices } = chain.genesis
    const lines = syntheticTrace(derive, { concurrent: 8, messagesPerMinute: 6_000 })
    const tally = newTally()
    await playLoad(
      { client, config: chain, prices, gateway, derive, signer, lines, tracker, clock, log },
      { messages, messagesPerSecond: undefined, roundOffers: undefined, lookaheadLines: 32, maxMessages: 100 },
      tally,
      signal,
    )
    if (tally.accepted !== messages) throw new Error(`${tally.accepted} of ${messages} messages were accepted`)
    this.accepted += messages
    const sealed = await this.wait('all messages to be sealed', () => {
      const view = observers.sealed()
      return view !== undefined && view.messages >= this.accepted ? view.header.number : undefined
    })
    await this.wait('all blocks to be claimed', () =>
      (observers.claims()?.claimedBlock ?? 0n) >= sealed ? true : undefined,
    )
  }

  /** Restarts the batcher with other settings; one that is undefined is taken away. */
  async restartBatcher(changed: ChildConfig): Promise<void> {
    const gone = Object.keys(changed).filter((key) => changed[key as keyof ChildConfig] === undefined)
    const taken = Object.keys(environmentOf({}, Object.fromEntries(gone.map((key) => [key, '']))))
    const variables = { ...environmentOf({}, changed), ...Object.fromEntries(taken.map((name) => [name, undefined])) }
    await this.stack.roles.halt('batcher')
    await this.stack.roles.restart('batcher', variables)
  }

  /** Starts a node with an empty directory, given what the stack's own is given, but for some settings. */
  async emptyNode(changed: ChildConfig = {}): Promise<OtherNode> {
    this.nodes += 1
    const config = { ...changed, 'run.dataDir': join(this.directory, `empty-node-${this.nodes}`) }
    const child = await this.stack.roles.startBeside('node', environmentOf({}, config))
    this.closing.add(() => child.stop())
    const url = child.ready.url as string
    return { url, view: () => readNode(url, this.signal), stop: () => child.stop() }
  }

  async metrics(url: string, name: string): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${url}/metrics`, { signal: this.signal })).text()
    const lines = text.matchAll(new RegExp(`^${name}(?:\\{([^}]*)\\})? (\\S+)$`, 'gm'))
    return new Map([...lines].map(([, labels = '', value]) => [labels, Number(value)]))
  }

  close(): Promise<void> {
    return this.closing.close()
  }
}

interface Opened {
  readonly stack: Stack
  readonly directory: string
  readonly observers: Observers
  readonly tracker: FinalityTracker
  readonly closing: Closing
  readonly signal: AbortSignal
}

async function open(layers: string, batcher: ChildConfig, closing: Closing): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-layers-'))
  closing.add(() => rm(directory, { recursive: true, force: true }))
  const ending = new AbortController()
  closing.add(async () => ending.abort())
  const { signal } = ending
  const { PATH = '' } = process.env
  const options: StackOptions = {
    dataDir: join(directory, 'stack'),
    layer: layers,
    lanes: 1,
    verifier: 'auto',
    logLevel: 'info',
    virtual: undefined,
    owners: [ownerAddress(owner)],
    node: true,
    batchAgeMs: 500,
    // What a test counts, it has sent.
    pushPrices: false,
    chains: { ...devnetDefaults, l1: { ...devnetDefaults.l1, mining: { kind: 'interval', seconds: 1 } } },
    settings: (role) => (role === 'batcher' ? batcher : {}),
  }
  const stack = await startStack({ clock: systemClock, log, inheritedEnv: { PATH } }, options, signal)
  closing.add(() => stack.stop())
  const config = stackConfig(checkout.load({ flags: new Map(), env: {}, files: [] }).config, stack.places)
  const tracker = new FinalityTracker()
  const observers = await observe({ clock: systemClock, log, config }, stack.places, tracker, signal)
  return { stack, directory, observers, tracker, closing, signal }
}
