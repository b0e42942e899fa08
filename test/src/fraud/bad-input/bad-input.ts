import { CodecError, limits } from '@parley/protocol'
import { type ClaimedRoots, type PlacedData, readAnswer, segmentsPerPage } from '@parley/protocol/fraud'
import { Random } from '../../fuzz/random.ts'
import { type Answer, answersOf, longScene, rootsOf } from '../answers.ts'
import { type Evm, startEvm } from '../evm.ts'
import { inTurn } from '../in-turn.ts'
import { beyondTypes } from './beyond-types.ts'
import { type Sample, samplesOf } from './samples.ts'

export interface BadInputOptions {
  readonly seed: number
  /** Bits flipped of each proof and answer; 0 for every one. */
  readonly flips: number
  /** Gas limits that each is tried with. */
  readonly gasLimits: number
}

export interface BadInputReport extends BadInputOptions {
  /** Proofs that were spoilt, by what they show. */
  readonly proofs: number
  readonly answers: number
  /** Calls with a bit flipped, with another length, with less gas or more. */
  readonly tried: { readonly bits: number; readonly lengths: number; readonly gas: number }
  /** Of these, those that gave the verdict of the whole proof against the wrong claim. */
  readonly sameVerdict: number
  readonly seconds: number
  readonly failures: readonly { readonly of: string; readonly how: string; readonly reason: string }[]
}

/** Calls at a time: the EVM works beside this thread. */
const inFlight = 6
const failuresAtMost = 20

/** One spoilt input: what it is, and a call that gives why it must not be so, or whether the verdict stayed. */
interface Attempt {
  readonly of: string
  readonly how: string
  readonly tells: 'bits' | 'lengths' | 'gas'
  /** @throws {Error} when the answer is none that may be given. */
  try(): Promise<'same' | 'refused'>
}

/** Spoils proofs of every kind and answers of every place: nothing but a refusal or the verdict of before may come of it. */
export async function fuzzBadInput(options: BadInputOptions, evm?: Evm): Promise<BadInputReport> {
  const begun = performance.now()
  const running = evm ?? (await startEvm())
  const tried = { bits: 0, lengths: 0, gas: 0 }
  const failures: { of: string; how: string; reason: string }[] = []
  let sameVerdict = 0
  try {
    const samples = await samplesOf(running, options.seed)
    const scene = longScene()
    const answers = answersOf(scene)
    const random = new Random(options.seed, 0)
    const work = async (attempts: readonly Attempt[]): Promise<void> => {
      await inTurn(attempts.length, inFlight, async (i) => {
        const attempt = attempts[i]!
        if (failures.length >= failuresAtMost) return
        tried[attempt.tells] += 1
        try {
          if ((await attempt.try()) === 'same') sameVerdict += 1
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error)
          failures.push({ of: attempt.of, how: attempt.how, reason })
        }
      })
    }
    for (const sample of samples) await work([...(await proofAttempts(running, random, sample, options))])
    for (const [name, answer, claimed] of beyondTypes()) await work([refusedAnswer(running, name, answer, claimed)])
    for (const answer of answers) await work([...answerAttempts(running, random, answer, rootsOf(scene), options)])
    const seconds = Math.round((performance.now() - begun) / 1000)
    return { ...options, proofs: samples.length, answers: answers.length, tried, sameVerdict, seconds, failures }
  } finally {
    if (evm === undefined) await running.stop()
  }
}

/** Places of the bits to flip. */
function bitsOf(random: Random, length: number, flips: number): number[] {
  const bits = 8 * length
  if (flips === 0 || bits <= flips) return Array.from({ length: bits }, (_, bit) => bit)
  // One in each stretch, so that no part of it is left out.
  return Array.from({ length: flips }, (_, i) => {
    const from = Math.floor((bits * i) / flips)
    return from + random.below(Math.floor((bits * (i + 1)) / flips) - from)
  })
}

const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))

/** The bytes one shorter at either end, or one longer. */
const otherLengths = (bytes: Uint8Array): readonly (readonly [string, Uint8Array])[] => [
  ['without its last byte', bytes.subarray(0, -1)],
  ['without its first byte', bytes.subarray(1)],
  ['with a byte behind', new Uint8Array([...bytes, 0])],
  ['with a byte before', new Uint8Array([0, ...bytes])],
]

async function proofAttempts(
  evm: Evm,
  random: Random,
  { name, proof, wrong, right }: Sample,
  { flips, gasLimits }: BadInputOptions,
): Promise<Attempt[]> {
  const of = name
  if (wrong !== undefined && (await evm.check(wrong, proof)) !== 'wrong') throw new Error(`${name} is not shown`)
  const verdicts = async (bytes: Uint8Array, isWhole: boolean): Promise<'same' | 'refused'> => {
    const spoilt = { kind: proof.kind, bytes }
    if ((await evm.check(right, spoilt)) === 'wrong') throw new Error('a right claim is removed')
    if (wrong === undefined || (await evm.check(wrong, spoilt)) !== 'wrong') return 'refused'
    if (!isWhole) throw new Error('another length shows the same')
    return 'same'
  }
  const needed = await evm.gasOf(wrong ?? right, proof)
  return [
    ...bitsOf(random, proof.bytes.length, flips).map((bit): Attempt => {
      return { of, how: `bit ${bit}`, tells: 'bits', try: () => verdicts(flipped(proof.bytes, bit), true) }
    }),
    ...otherLengths(proof.bytes).map(([how, bytes]): Attempt => {
      return { of, how, tells: 'lengths', try: () => verdicts(bytes, false) }
    }),
    ...limitsAround(random, needed, gasLimits).map((gas): Attempt => {
      return {
        of,
        how: `${gas} gas`,
        tells: 'gas',
        async try() {
          if (await evm.checkWithin(gas, right, proof)) throw new Error('a right claim is removed')
          return wrong !== undefined && (await evm.checkWithin(gas, wrong, proof)) ? 'same' : 'refused'
        },
      }
    }),
  ]
}

/** Limits from a twentieth of what is needed to a twentieth above it. */
function limitsAround(random: Random, needed: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => {
    const part = (needed * BigInt(i + 1)) / BigInt(count)
    return part + (needed * BigInt(random.below(1_000))) / 20_000n
  })
}

function answerAttempts(
  evm: Evm,
  random: Random,
  { place, data }: Answer,
  claimed: ClaimedRoots,
  { flips, gasLimits }: BadInputOptions,
): Attempt[] {
  const of = `${place.part === 0 ? 'core' : 'witness'} block ${place.block} page ${place.page}`
  const root = place.part === 0 ? claimed.coreRoot : claimed.witnessRoot
  const verdicts = async (bytes: Uint8Array): Promise<'refused'> => {
    if ((await evm.answer(root, claimed.blocks, place, bytes)) === 'right') throw new Error('the contract takes it')
    if (isRead({ place, data: bytes }, claimed)) throw new Error('a reader takes it')
    return 'refused'
  }
  const whole = async (): Promise<'same'> => {
    const verdict = await evm.answer(root, claimed.blocks, place, data)
    if (verdict !== 'right') throw new Error(`what stands there is refused: ${verdict}`)
    const shown = await evm.pagesShown(root, claimed.blocks, place, data)
    if (shown !== pagesRead(readAnswer(data, place, claimed))) throw new Error(`it shows ${shown} pages`)
    return 'same'
  }
  const spoilt = flipped(data, random.below(8 * data.length))
  const within = (gas: bigint, bytes: Uint8Array) => evm.answerWithin(gas, root, claimed.blocks, place, bytes)
  return [
    { of, how: 'whole', tells: 'lengths', try: whole },
    ...bitsOf(random, data.length, flips).map((bit): Attempt => {
      return { of, how: `bit ${bit}`, tells: 'bits', try: () => verdicts(flipped(data, bit)) }
    }),
    ...otherLengths(data).map(([how, bytes]): Attempt => ({ of, how, tells: 'lengths', try: () => verdicts(bytes) })),
    ...limitsAround(random, 3_500_000n, gasLimits).map((gas): Attempt => {
      return {
        of,
        how: `${gas} gas`,
        tells: 'gas',
        async try() {
          if (await within(gas, spoilt)) throw new Error('the contract takes a bit flipped')
          return (await within(gas, data)) ? 'same' : 'refused'
        },
      }
    }),
  ]
}

function pagesRead(placed: PlacedData): number {
  if (placed.kind === 'list') return 0
  const segments = placed.runs.reduce((sum, run) => sum + run.segments, 0)
  return segments > limits.segmentsPerBlock ? 1 : Math.max(1, Math.ceil(segments / segmentsPerPage))
}

function refusedAnswer(evm: Evm, of: string, answer: Answer, { coreRoot, blocks }: ClaimedRoots): Attempt {
  return {
    of,
    how: 'whole',
    tells: 'lengths',
    async try() {
      const verdict = await evm.answer(coreRoot, blocks, answer.place, answer.data)
      if (verdict === 'right') throw new Error('the contract takes what its type does not hold')
      if (isRead(answer, { coreRoot, witnessRoot: coreRoot, blocks })) throw new Error('a reader takes it')
      return 'refused'
    },
  }
}

function isRead({ place, data }: Answer, claimed: ClaimedRoots): boolean {
  try {
    readAnswer(data, place, claimed)
    return true
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}
