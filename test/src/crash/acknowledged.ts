import { hash } from 'node:crypto'
import type { Answer } from '@parley/lab'
import { type SignedMessage, SignedMessageType } from '@parley/protocol'

/** A message that was answered as accepted. */
export interface AcknowledgedMessage {
  readonly shard: number
  readonly conversation: number
  /** Place in the conversation that the answer named. */
  readonly position: bigint
  readonly member: number
  readonly content: Uint8Array
  /** SHA-256 of its bytes as they were signed and sent, in hex: what the sequencer names it by when it falls. */
  readonly id: string
}

/** Remembers every message that the sequencer answered for. What was found again without an answer is not among them. */
export class Acknowledged {
  readonly messages: AcknowledgedMessage[] = []
  /** Block that the latest answer named. */
  latestBlock = 0n
  /** The latest answer of each conversation. */
  readonly latest = new Map<object, Answer>()

  record(answer: Answer): void {
    const { offer, sent, delivered } = answer
    if (delivered.accepted !== true || !isMessage(sent)) return
    const { shard, conversation, member, content } = sent
    const id = hash('sha256', SignedMessageType.serialize(sent), 'hex')
    this.messages.push({ shard, conversation, position: delivered.position, member, content, id })
    this.latestBlock = delivered.block
    // The latest last.
    this.latest.delete(offer.talk)
    this.latest.set(offer.talk, answer)
  }
}

export function isMessage(sent: Answer['sent']): sent is SignedMessage {
  return 'content' in sent
}
