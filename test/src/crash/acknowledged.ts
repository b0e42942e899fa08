import type { Answer } from '@parley/lab'
import type { SignedMessage } from '@parley/protocol'

/** A message that was answered as accepted. */
export interface AcknowledgedMessage {
  readonly shard: number
  readonly conversation: number
  /** Place in the conversation that the answer named. */
  readonly position: bigint
  readonly member: number
  readonly content: Uint8Array
}

/** Remembers every message that the sequencer answered for. What was found again without an answer is not among them. */
export class Acknowledged {
  readonly messages: AcknowledgedMessage[] = []

  record({ sent, delivered }: Answer): void {
    if (delivered.accepted !== true || !isMessage(sent)) return
    const { shard, conversation, member, content } = sent
    this.messages.push({ shard, conversation, position: delivered.position, member, content })
  }
}

function isMessage(sent: Answer['sent']): sent is SignedMessage {
  return 'content' in sent
}
