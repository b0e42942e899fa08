import { Role, toHex } from '@parley/protocol/light'
import { emptyPskIndex, processPrivateMessage } from 'ts-mls'
import { staleLeaves } from '../../src/engine/rules.ts'
import { gapsOf, type Membership, memberOf } from '../../src/engine/state.ts'
import { decodeFrame, encodeFrame, FrameKind, frameDigest, messagingLimits } from '../../src/index.ts'
import type { MemoryStore } from '../../src/memory/memory-store.ts'
import { decodeMessage } from '../../src/mls/message.ts'
import { loadSuite } from '../../src/mls/suite.ts'
import { calmDown, doDue } from './due.ts'
import { answerFalsely, keepInfo, overstep, poison } from './liar.ts'
import { Dice } from './random.ts'
import { type Party, seeded, World } from './world.ts'

/** What went wrong in one history. */
export interface Findings {
  readonly steps: number
  readonly forked: number
  readonly readAfterRemoval: number
  readonly leavesOutsideSlots: number
  readonly lost: number
  /** For people: what was found, and where. */
  readonly notes: readonly string[]
}

/** Refusals that a client meets when it does something at the wrong moment; all others are defects. */
const expected: ReadonlySet<unknown> = new Set([
  'NOT_A_MEMBER',
  'GAP',
  'STALE_LEAVES',
  'COMMIT_PENDING',
  'COMMIT_INVALID',
  'KEY_PACKAGE_INVALID',
])

/** What the L3 answers to members that do not know yet what changed. */
const refusals: ReadonlySet<unknown> = new Set(['ROLE_MISSING', 'MEMBER_UNKNOWN', 'SLOT_EMPTY', 'ADMIN_LOST'])

interface Removed {
  readonly slot: number
  /** Changes of the record up to the removal. */
  readonly changes: bigint
  readonly kept: Membership | undefined
}

/** Nothing of a party is on its way: what it said has its place, and was read by it. */
function isQuiet({ conversation, state }: Party): boolean {
  return !conversation.isBusy && state.messages.length + state.commits.length === 0 && state.boot === undefined
}

/** One random history: members that race, liars, stores that withhold or let go of what was acknowledged, devices that crash or are restored; at its end everything is let come right. */
export class History {
  private readonly dice: Dice
  private readonly world: World
  private readonly liar: Party
  private readonly removed: Removed[] = []
  /** Digest of each thing said, with how many changes its author knew. */
  private readonly said = new Map<string, bigint>()
  private readonly texts: { readonly party: Party; readonly text: string }[] = []
  private readonly authenticators = new Map<bigint, Map<string, string>>()
  private readonly notes: string[] = []
  private readonly backups = new Map<Party, MemoryStore>()
  /** Parties that hear again what they heard before. */
  private readonly restored = new Set<Party>()
  /** A GroupInfo that the liar passes off as today's later on. */
  private kept: Uint8Array | undefined
  private leavesOutsideSlots = 0
  private steps = 0

  private constructor(dice: Dice, world: World, liar: Party) {
    this.dice = dice
    this.world = world
    this.liar = liar
  }

  static async run(seed: number, steps: number): Promise<Findings> {
    const dice = new Dice(seed)
    const names = ['alice', 'bob', 'carol', 'dave', 'erin'].slice(0, 3 + dice.below(3))
    const world = await World.of([...names, 'mallory'])
    const [alice, bob] = world.parties as [Party, Party]
    await world.setRole(alice, bob.slot, Role.admin)
    await world.settle()
    const liar = world.parties.at(-1) as Party
    await liar.catchUp()
    liar.isLiar = true
    const history = new History(dice, world, liar)
    for (const party of world.parties) history.watch(party)
    return history.play(steps)
  }

  private async play(steps: number): Promise<Findings> {
    for (; this.steps < steps; this.steps += 1) await this.guarded(() => this.step())
    const calm = await this.comeRight()
    const { forked, lost } = await this.judge(calm)
    return {
      steps: this.steps,
      forked,
      lost,
      readAfterRemoval: await this.readAfterRemoval(),
      leavesOutsideSlots: this.leavesOutsideSlots,
      notes: this.notes,
    }
  }

  /** Lets pass what clients meet, and nothing else. */
  private async guarded(act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (error) {
      const { code } = (error as { fault?: { code?: unknown } }).fault ?? {}
      if (!expected.has(code) && !refusals.has(code)) throw error
    }
  }

  private async step(): Promise<void> {
    const party = this.dice.pick(this.world.honest.filter((each) => this.isLive(each))) as Party
    const kinds = [
      () => this.say(party),
      () => this.say(party),
      () => this.race(),
      () => this.deliver(),
      () => this.deliver(),
      () => this.deliver(),
      () => doDue(this.world, party),
      () => doDue(this.world, party),
      () => this.lie(),
      () => this.withhold(party),
      () => this.crash(party),
      () => this.removeOne(),
      () => this.addOne(),
      () => this.giveUp(party),
      () => party.acknowledge(),
      () => this.backUp(party),
      () => this.restore(party),
      async () => this.world.clock.pass(this.dice.below(20_000)),
      () => this.waitLong(),
    ]
    await this.dice.pick(kinds)?.()
  }

  private isLive({ slot, state }: Party): boolean {
    return (state.record.slots[slot]?.role ?? Role.none) !== Role.none
  }

  private async say(party: Party, mayHide = true): Promise<void> {
    const text = `${party.name} ${this.texts.length}`
    await party.conversation.say(new TextEncoder().encode(text))
    const digest = party.state.messages.at(-1)?.digest as Uint8Array
    this.said.set(toHex(digest), party.state.record.cursor.changes)
    this.texts.push({ party, text })
    if (mayHide && this.dice.once(6)) this.hide(digest)
    if (!mayHide || !this.dice.once(4)) await party.post()
  }

  /** Several commit in the same epoch. */
  private async race(): Promise<void> {
    const some = this.world.honest.filter(({ isMember }) => isMember).slice(0, 1 + this.dice.below(3))
    for (const party of some) {
      await this.guarded(() => party.conversation.commit([], party.conversation.stale))
      const [commit] = party.state.commits
      if (commit !== undefined && this.dice.once(8)) this.hide(commit.digest)
    }
    for (const party of some) await this.guarded(() => party.post())
  }

  private async deliver(): Promise<void> {
    const party = this.dice.pick(this.world.parties) as Party
    for (let count = 1 + this.dice.below(8); count > 0; count -= 1) await party.takeOne()
  }

  /** A store keeps something from one party, for a while. */
  private hide(digest: Uint8Array): void {
    this.dice.pick(this.world.honest)?.view.hidden.add(toHex(digest))
  }

  private async withhold(party: Party): Promise<void> {
    if (this.dice.once(2)) party.view.hidden.clear()
    await party.fetch()
  }

  private async crash(party: Party): Promise<void> {
    if (this.dice.once(2)) await this.guarded(() => this.say(party))
    await party.restart()
  }

  /** Copies a party's store while nothing of it is on its way. */
  private async backUp(party: Party): Promise<void> {
    if (!isQuiet(party)) return
    this.backups.set(party, party.store.copy())
  }

  /** Goes on with an older store, as a device that was restored; it reads the record up to its end before it does anything. */
  private async restore(party: Party): Promise<void> {
    const backup = this.backups.get(party)
    if (backup === undefined || !isQuiet(party) || !this.dice.once(2)) return
    this.backups.delete(party)
    this.restored.add(party)
    await party.restart(backup)
    await party.catchUp()
  }

  private async giveUp(party: Party): Promise<void> {
    if (this.dice.once(3) && party.isMember && this.world.honest.filter(({ isMember }) => isMember).length > 2)
      await party.abandon('lost its state')
  }

  private async waitLong(): Promise<void> {
    for (const party of this.world.parties) party.view.hidden.clear()
    for (const party of this.world.honest) await party.fetch()
    this.world.clock.pass(messagingLimits.lateMs + this.dice.below(60_000))
  }

  private admin(): Party | undefined {
    return this.dice.pick(this.world.honest.filter(({ slot, state }) => state.record.slots[slot]?.role === Role.admin))
  }

  private async removeOne(): Promise<void> {
    const admin = this.admin()
    const { members } = await this.world.log.standing(this.world.place)
    const live = members.flatMap(({ role }, slot) => (role === Role.member ? [slot] : []))
    const slot = this.dice.pick(live)
    if (admin === undefined || slot === undefined || live.length < 2 || !this.dice.once(2)) return
    const party = this.world.parties.find((each) => each.slot === slot)
    const kept = party && memberOf(party.state)
    await this.world.removeSlot(admin, slot)
    const { epoch } = await this.world.log.standing(this.world.place)
    this.removed.push({ slot, changes: epoch, kept })
  }

  private async addOne(): Promise<void> {
    const admin = this.admin()
    if (admin === undefined || this.world.parties.length > 7 || !admin.isMember) return
    const party = await this.world.addSlot(admin, `newcomer ${this.world.parties.length}`)
    this.watch(party)
    for (const each of this.world.honest) await each.conversation.introduce(party.slot, party.installation.identity)
    await party.catchUp()
    await admin.catchUp()
    const keyPackage = await party.conversation.packageForJoining()
    await admin.conversation.commit([keyPackage], admin.conversation.stale)
    if (!this.dice.once(3)) await admin.post()
  }

  private async lie(): Promise<void> {
    const { liar, world, dice } = this
    if (!this.isLive(liar)) return
    await liar.catchUp()
    if (!this.isLive(liar)) return
    const kinds = [
      () => world.post(liar, seeded(`nothing ${this.steps}`)),
      async () => {
        const frame = encodeFrame({ kind: FrameKind.mls, body: seeded(`junk ${this.steps}`) })
        await world.contents.put(frame)
        await world.post(liar, frameDigest(frame))
      },
      () => this.copy(),
      async () => {
        const leaf = dice.pick(liar.conversation.leaves.filter(({ claim }) => claim.slot !== liar.slot))
        if (leaf !== undefined) await overstep(world, liar, leaf.index)
      },
      () => poison(world, liar, (readers) => dice.below(readers)),
      async () => {
        const frame = await poison(world, liar, () => undefined)
        if (frame !== undefined) dice.pick(world.honest)?.view.never.add(toHex(frameDigest(frame)))
      },
      () => this.answerFalsely(),
      () => this.answerFalsely(),
    ]
    await dice.pick(kinds)?.()
  }

  /** The first time the liar keeps what it has; later it lets somebody into that. */
  private async answerFalsely(): Promise<void> {
    const { liar, world, dice } = this
    const outside = world.honest.filter((party) => this.isLive(party) && !party.isMember)
    const asking = dice.pick(outside)
    if (this.kept === undefined) this.kept = await keepInfo(world, liar)
    else if (asking !== undefined) await answerFalsely(world, liar, this.kept, asking)
  }

  private async copy(): Promise<void> {
    const entry = this.dice.pick(this.world.log.entries(this.world.place))
    if (entry?.kind === 'message') await this.world.post(this.liar, entry.content)
  }

  /** Notes what a party makes of each commit, and whether leaves stay within live slots. */
  private watch(party: Party): void {
    party.onEvent = (event) => {
      if (event.type !== 'epoch') return
      const { record } = party.state
      const byParty = this.authenticators.get(event.position) ?? new Map<string, string>()
      this.authenticators.set(event.position, byParty.set(party.name, toHex(event.authenticator)))
      if (party.isAtOnce && staleLeaves(record, party.conversation.leaves).length > 0) {
        this.leavesOutsideSlots += 1
        this.notes.push(`${party.name} has leaves outside slots at ${event.position}`)
      }
    }
  }

  /** Stores give out what they have, time passes, everybody does what is due. */
  private async comeRight(): Promise<boolean> {
    try {
      for (const party of this.world.parties) party.view.hidden.clear()
      await calmDown(this.world)
      this.world.clock.pass(messagingLimits.skipAfterMs)
      await calmDown(this.world)
      for (const party of this.world.honest.filter((each) => this.isLive(each)))
        await this.guarded(() => this.say(party, false))
      await calmDown(this.world)
      this.world.clock.pass(messagingLimits.skipAfterMs)
      await calmDown(this.world)
      return true
    } catch (error) {
      this.notes.push(`does not come right: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
      return false
    }
  }

  private async judge(calm: boolean): Promise<{ forked: number; lost: number }> {
    const live = this.world.honest.filter((each) => this.isLive(each))
    const atPositions = [...this.authenticators].filter(([, byParty]) => new Set(byParty.values()).size > 1)
    for (const [position, byParty] of atPositions)
      this.notes.push(`forked at ${position}: ${[...byParty.keys()].join(', ')}`)
    const apart = new Set(live.map(({ authenticator }) => authenticator)).size > 1
    const outside = live.filter((party) => !party.isMember || gapsOf(party.state).length > 0)
    if (apart || outside.length > 0)
      this.notes.push(
        `apart at the end: ${live.map(({ name, epoch, gaps }) => `${name} ${epoch} [${gaps.join()}]`).join(', ')}`,
      )
    const isForked = !calm || apart || outside.length > 0 || atPositions.length > 0
    return { forked: isForked ? 1 : 0, lost: this.lost(live) }
  }

  /** Things said that some member did not hear once, though it had keys all the time, or that never counted. */
  private lost(live: readonly Party[]): number {
    let lost = 0
    for (const { party, text } of this.texts) {
      if (!live.includes(party)) continue
      const counted = party.events.flatMap((event) =>
        event.type === 'message' && event.own && new TextDecoder().decode(event.plaintext) === text ? [event] : [],
      )
      const missed = live.filter((other) => {
        const { since = 0n, first = 0n } = memberOf(other.state) ?? {}
        const heard = other.heard.filter((each) => each === text).length
        return (
          (heard > 1 && !this.restored.has(other)) ||
          (heard === 0 && counted.some(({ position, epoch }) => position >= since && epoch >= first))
        )
      })
      const isCounted = counted.length === 1 || (counted.length > 1 && this.restored.has(party))
      if (isCounted && missed.length === 0) continue
      lost += 1
      this.notes.push(
        `${text}: counted ${counted.length} times, missed by ${missed.map(({ name }) => name).join(', ')}`,
      )
    }
    return lost
  }

  /** Things that a removed member can read, though their authors knew of its removal. */
  private async readAfterRemoval(): Promise<number> {
    const suite = await loadSuite(this.world.suite)
    let read = 0
    for (const { slot, changes, kept } of this.removed) {
      if (kept === undefined) continue
      for (const [digest, known] of this.said) {
        const frame = this.world.contents.frames.get(digest)
        if (known < changes || frame === undefined) continue
        const { privateMessage } = decodeMessage(decodeFrame(frame).body, 'mls_private_message')
        try {
          await processPrivateMessage(kept.state, privateMessage, emptyPskIndex, suite)
          read += 1
          this.notes.push(`slot ${slot} reads ${digest} after its removal`)
        } catch {
          // As it should be.
        }
      }
    }
    return read
  }
}
