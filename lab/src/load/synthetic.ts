import { type Derive, type RandomStream, randomStream } from './seeded.ts'
import type { TraceLine } from './trace-line.ts'

/** Distributions fitted to 9,492 conversations of a public chat: 6.6 messages and 2.0 speakers on average, 58 bytes a text. */
const shape = {
  singleShare: 0.376,
  /** Of the logarithm of the length of longer conversations. */
  length: { mean: 1.66, deviation: 1.13, maximum: 168 },
  /** Chance of one more speaker after the second. */
  furtherSpeaker: 0.5,
  maxSpeakers: 13,
  /** Of the logarithm of a text's bytes. */
  textBytes: { mean: 3.76, deviation: 0.8, maximum: 462 },
} as const

interface Talk {
  readonly conversation: number
  readonly speakers: number
  left: number
}

export interface SyntheticOptions {
  /** Conversations that go on at the same time. */
  readonly concurrent: number
  /** Messages a minute of the trace's own clock. */
  readonly messagesPerMinute: number
}

function lengthOf(random: RandomStream): number {
  if (random.unit() < shape.singleShare) return 1
  const { mean, deviation, maximum } = shape.length
  return Math.min(maximum, Math.max(2, Math.round(Math.exp(mean + deviation * random.normal()))))
}

function speakersOf(random: RandomStream, length: number): number {
  if (length === 1) return 1
  let speakers = 2
  while (speakers < Math.min(length, shape.maxSpeakers) && random.unit() < shape.furtherSpeaker) speakers += 1
  return speakers
}

const words = 'so the node says that a new lane can start when every root is right and no one waits for it'.split(' ')

function textOf(random: RandomStream): string {
  const { mean, deviation, maximum } = shape.textBytes
  const bytes = Math.min(maximum, Math.max(1, Math.round(Math.exp(mean + deviation * random.normal()))))
  let text = ''
  while (text.length < bytes) text += `${words[random.below(words.length)]} `
  return text.slice(0, bytes)
}

/** An endless trace that follows from the derivation alone. */
export function* syntheticTrace(derive: Derive, options: SyntheticOptions): Generator<TraceLine> {
  const random = randomStream(derive, 'synthetic')
  let started = 0
  let sent = 0
  const begin = (): Talk => {
    const length = lengthOf(random)
    return { conversation: started++, speakers: speakersOf(random, length), left: length }
  }
  const talks = Array.from({ length: options.concurrent }, begin)
  for (;;) {
    const place = random.below(talks.length)
    const talk = talks[place] as Talk
    yield {
      conversation: talk.conversation,
      speaker: random.below(talk.speakers),
      minute: Math.floor(sent / options.messagesPerMinute),
      text: textOf(random),
    }
    sent += 1
    talk.left -= 1
    if (talk.left === 0) talks[place] = begin()
  }
}
