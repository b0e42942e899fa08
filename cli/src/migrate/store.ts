import type { Hex } from 'viem'

/** What the migration has done of one conversation. It holds the secrets of its slots: whoever reads it can speak for who did not consent. */
export interface Opened {
  /** Where the creation was signed for: the account, its nonce then, and what else makes it the same again. */
  readonly account: number
  readonly nonce: string
  readonly salt: Hex
  readonly shard: number
  /** Of the migration's own slot, which is 0, and of the members' slots in the order of the dump. */
  readonly secrets: readonly Hex[]
  /** Undefined while nobody knows whether it was created. */
  readonly index?: number
  /** Members that have a slot. */
  readonly added: number
  /** Nonce by which the last message's digest is said; `anchored` once it was. */
  readonly anchorNonce?: string
  readonly anchored?: boolean
}

/** The part of a store of texts that is used here. */
interface Texts {
  get(key: string): Promise<string | undefined>
  put(key: string, value: string): Promise<void>
}

/** What was done, so that a run goes on where the one before ended. */
export class MigrationStore {
  private readonly texts: Texts

  constructor(texts: Texts) {
    this.texts = texts
  }

  async opened(conversation: string): Promise<Opened | undefined> {
    const text = await this.texts.get(keyOf(conversation))
    return text === undefined ? undefined : (JSON.parse(text) as Opened)
  }

  async keep(conversation: string, opened: Opened): Promise<Opened> {
    await this.texts.put(keyOf(conversation), JSON.stringify(opened))
    return opened
  }
}

const keyOf = (conversation: string): string => `conversation ${conversation}`
