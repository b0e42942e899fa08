import { type Abi, type AbiEvent, encodeAbiParameters, encodeEventTopics, type Hex } from 'viem'

/** The parts of a log that its event is encoded in. */
export interface EncodedEvent {
  readonly topics: readonly Hex[]
  readonly data: Hex
}

/**
 * Whether a decoded event is encoded as its contract encodes it, byte for byte. Decoding alone passes integers wider
 * than their type, dirty padding and stray bytes; SSZ would then cut such integers without a word.
 */
export function isCanonical(
  abi: Abi,
  event: { readonly eventName: string; readonly args: object },
  log: EncodedEvent,
): boolean {
  const item = abi.find((each): each is AbiEvent => each.type === 'event' && each.name === event.eventName)
  if (item === undefined) return false
  const args = event.args as Readonly<Record<string, unknown>>
  const inData = item.inputs.filter(({ indexed }) => indexed !== true)
  const data = encodeAbiParameters(
    inData,
    inData.map(({ name }) => args[name as string]),
  )
  const topics = encodeEventTopics({ abi: [item], eventName: event.eventName, args })
  const same = (a: unknown, b: Hex | undefined): boolean => typeof a === 'string' && a === b?.toLowerCase()
  return (
    same(data, log.data) &&
    topics.length === log.topics.length &&
    topics.every((topic, i) => same(topic, log.topics[i]))
  )
}
