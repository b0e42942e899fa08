import { createHash } from 'node:crypto'
import type { DataAvailability } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { corrupt, missing, unavailable } from './fault.ts'

/** What goes wrong, each as a probability from 0 to 1; what is left out never does. */
export interface FaultRates {
  /** `submit` fails and nothing was published. */
  readonly dropBeforeAcceptance?: number
  /** `submit` fails although the data was published: the answer was lost. */
  readonly dropAfterAcceptance?: number
  /** `retrieve` says `DA_MISSING`. */
  readonly loseRetrieval?: number
  /** `retrieve` says `DA_UNAVAILABLE`. */
  readonly failRetrieval?: number
  /** `retrieve` says `DA_CORRUPT`: what an adapter answers that was served wrong data. */
  readonly corrupt?: number
  /** `retrieve` gives data with one bit flipped and says nothing, which no adapter may do: callers must notice. */
  readonly tamper?: number
  /** `status` says `lost` of anything, which no adapter may do: callers publish again. */
  readonly misreportStatus?: number
  /** `abandon` fails, and nothing has ended. */
  readonly failAbandon?: number
  /** A call waits first. */
  readonly delay?: number
}

export interface FaultOptions extends FaultRates {
  /** The n-th call of a method meets the same fate whenever the seed is the same. */
  readonly seed: number
  /** Longest delay in milliseconds; delays are spread evenly up to it. Default 1,000. */
  readonly maxDelayMs?: number
}

export interface FaultDeps {
  readonly clock: Clock
  readonly log: Logger
}

type Method = 'submit' | 'abandon' | 'retrieve' | 'status' | 'audit' | 'quote'

/** Injects faults, seeded: for tests of what stands on a DA layer, never for use. */
export function withFaults(da: DataAvailability, { clock, log }: FaultDeps, options: FaultOptions): DataAvailability {
  const { seed, maxDelayMs = 1_000 } = options
  for (const name of rateNames) checkRate(name, options[name])
  const calls: Record<Method, number> = { submit: 0, abandon: 0, retrieve: 0, status: 0, audit: 0, quote: 0 }

  /** Draws for one call: evenly spread over [0, 1), by the call's number and what is asked. */
  function begin(method: Method): { hits(name: keyof FaultRates): boolean; draw(what: string): number } {
    const call = calls[method]++
    const draw = (what: string) => {
      const digest = createHash('sha256').update(`${seed}/${method}/${call}/${what}`).digest()
      return digest.readUIntBE(0, 6) / 2 ** 48
    }
    const hits = (name: keyof FaultRates) => {
      const hit = draw(name) < (options[name] ?? 0)
      if (hit) log.debug({ method, call, fault: name }, 'fault injected')
      return hit
    }
    return { hits, draw }
  }

  async function pause({ hits, draw }: ReturnType<typeof begin>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (hits('delay')) await clock.sleep(Math.ceil(draw('delayMs') * maxDelayMs), signal)
  }

  return {
    layer: da.layer,
    name: da.name,
    limits: () => da.limits(),
    async quote(bytes, signal) {
      await pause(begin('quote'), signal)
      return da.quote(bytes, signal)
    },
    async submit(data, options, signal) {
      const call = begin('submit')
      await pause(call, signal)
      if (call.hits('dropBeforeAcceptance')) throw unavailable(da.name, 'injected: dropped before acceptance')
      const receipt = await da.submit(data, options, signal)
      if (call.hits('dropAfterAcceptance')) throw unavailable(da.name, 'injected: dropped after acceptance')
      return receipt
    },
    async abandon(digest, signal) {
      const call = begin('abandon')
      await pause(call, signal)
      if (call.hits('failAbandon')) throw unavailable(da.name, 'injected: not abandoned')
      return da.abandon(digest, signal)
    },
    async retrieve(pointer, signal) {
      const call = begin('retrieve')
      await pause(call, signal)
      if (call.hits('failRetrieval')) throw unavailable(da.name, 'injected: no answer')
      if (call.hits('loseRetrieval')) throw missing(da.name, pointer)
      if (call.hits('corrupt')) throw corrupt(da.name, pointer, 'injected')
      const data = await da.retrieve(pointer, signal)
      return call.hits('tamper') ? withOneBitFlipped(data, call.draw('bit')) : data
    },
    async status(pointer, signal) {
      const call = begin('status')
      await pause(call, signal)
      const status = await da.status(pointer, signal)
      return call.hits('misreportStatus') ? 'lost' : status
    },
    async audit(pointer, signal) {
      await pause(begin('audit'), signal)
      await da.audit(pointer, signal)
    },
    close: () => da.close(),
  }
}

const rateNames = [
  'dropBeforeAcceptance',
  'dropAfterAcceptance',
  'loseRetrieval',
  'failRetrieval',
  'corrupt',
  'tamper',
  'misreportStatus',
  'failAbandon',
  'delay',
] as const satisfies readonly (keyof FaultRates)[]

function checkRate(name: string, rate: number | undefined): void {
  if (rate !== undefined && !(rate >= 0 && rate <= 1)) throw new RangeError(`${name} is ${rate}, allowed are 0 to 1`)
}

function withOneBitFlipped(data: Uint8Array, place: number): Uint8Array {
  const tampered = data.slice()
  const bit = Math.floor(place * data.length * 8)
  const byte = bit >> 3
  tampered[byte] = (tampered[byte] ?? 0) ^ (1 << (bit & 7))
  return tampered
}
