import { setTimeout } from 'node:timers/promises'
import { ClientError } from '@parley/client'
import type { Speaker } from './conversations.ts'
import type { Rollup } from './rollup.ts'

/** A load of one speaker that goes on while the sequencer is away. */
export class Talk {
  private readonly rollup: Rollup
  private readonly speaker: Speaker
  private readonly ending = new AbortController()
  private readonly talking: Promise<void>

  constructor(rollup: Rollup, speaker: Speaker) {
    this.rollup = rollup
    this.speaker = speaker
    this.talking = this.run()
  }

  /** Resolves when the last message is answered. @throws what anything but an absent sequencer ended it with. */
  async stop(): Promise<void> {
    this.ending.abort()
    await this.talking
  }

  private async run(): Promise<void> {
    const { rollup, speaker } = this
    while (!this.ending.signal.aborted) {
      try {
        // What was sent last may have been taken without an answer.
        const said = await rollup.client.conversation(speaker.shard, speaker.index)
        const nonce = said?.members[1]?.nonce
        if (nonce !== undefined && nonce > speaker.nonce) speaker.nonce = nonce
        if (nonce === speaker.nonce) await rollup.say(speaker, 2)
      } catch (error) {
        if (!(error instanceof ClientError)) throw error
      }
      await setTimeout(100)
    }
  }
}
