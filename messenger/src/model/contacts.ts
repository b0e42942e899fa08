import type { OwnData } from '../session/own-data.ts'
import { shortAddress } from './words.ts'

const longestName = 40

/** What this user knows of others: names that it gave them, and safety numbers that it compared. */
export class Contacts {
  private readonly own: OwnData
  private readonly changed: () => void
  private names: Readonly<Record<string, string>> = {}
  /** By conversation and address: devices of one person may differ by conversation for a while. */
  private compared: Readonly<Record<string, string>> = {}

  constructor(own: OwnData, changed: () => void) {
    this.own = own
    this.changed = changed
  }

  async open(): Promise<void> {
    ;[this.names, this.compared] = await Promise.all([this.own.names.get(), this.own.compared.get()])
  }

  nameOf(address: string): string {
    return this.names[address] ?? shortAddress(address)
  }

  isNamed(address: string): boolean {
    return this.names[address] !== undefined
  }

  /** An empty name takes it back. */
  async rename(address: string, name: string): Promise<void> {
    const { [address]: _, ...others } = this.names
    const kept = name.trim().slice(0, longestName)
    this.names = kept === '' ? others : { ...others, [address]: kept }
    this.changed()
    await this.own.names.set(this.names)
  }

  /** Whether a safety number is the one that was compared; `changed` when another one was. */
  standing(talk: string, address: string, number: string): 'unknown' | 'same' | 'changed' {
    const compared = this.compared[`${talk}/${address}`]
    if (compared === undefined) return 'unknown'
    return compared === number ? 'same' : 'changed'
  }

  /** Keeps that a safety number was compared and is the same on both sides. */
  async compare(talk: string, address: string, number: string): Promise<void> {
    this.compared = { ...this.compared, [`${talk}/${address}`]: number }
    this.changed()
    await this.own.compared.set(this.compared)
  }
}
