import { createHash, randomBytes } from 'node:crypto'
import { ClientError } from '@parley/client'
import { type Room, text } from '@parley/messaging'
import { memberKey } from '@parley/protocol'
import type { Meeting } from './meeting.ts'
import { deliver } from './meeting.ts'
import type { Device, People } from './people.ts'
import type { Stage } from './stage.ts'
import { expectThat, refusalOf, type Steps } from './steps.ts'
import { isInRecord, messageBy, type Onlookers, queued, refusedBySequencer, taken } from './strangers.ts'

export interface FailuresDeps {
  readonly steps: Steps
  readonly people: People
  readonly stage: Stage
  readonly onlookers: Onlookers
}

const MiB = 2 ** 20
const attachmentBytes = 5 * MiB
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Charlie has no slot: his messages are refused where they come in, and void where they are forced in. */
export async function refuseStranger(
  { steps, onlookers }: FailuresDeps,
  charlie: Device,
  { lunch }: Meeting,
  force: (message: Awaited<ReturnType<typeof messageBy>>, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await steps.take('Charlie is refused by every node', async (signal) => {
    const bySequencer = await refusedBySequencer(onlookers, lunch, 1)
    const forged = await messageBy(onlookers, lunch, 1, memberKey(new Uint8Array(randomBytes(32))))
    const before = await queued(onlookers)
    await force(forged, signal)
    const items = await queued(onlookers)
    expectThat(items > before, 'the L2’s queue has his message')
    const block = await taken(onlookers, items, signal)
    expectThat(!(await isInRecord(onlookers, lunch, forged.content)), 'the verifying node’s record has no such message')
    expectThat(charlie.messenger.conversations.length === 0, 'Charlie’s messenger has no conversation')
    expectThat(charlie.heard.events.length === 0, 'Charlie heard nothing')
    return { evidence: { bySequencer, forcedItems: Number(items), voidInBlock: Number(block) }, value: undefined }
  })
}

export async function attach({ steps }: FailuresDeps, { bob, lunch, atBob }: Meeting): Promise<void> {
  await steps.take('an attachment of 5 MB arrives', async (signal) => {
    const bytes = new Uint8Array(randomBytes(attachmentBytes))
    await lunch.sendAttachment({ bytes, name: 'menu.pdf', mime: 'application/pdf' })
    const { content } = await bob.heard.first('message', signal, (event) => event.content.type === 'attachment/1')
    if (content.type !== 'attachment/1') throw new TypeError('it is no attachment')
    const received = await atBob.fetchAttachment(content)
    const [sent, got] = [sha256(bytes), sha256(received)]
    expectThat(sent === got, 'what arrived is what was sent')
    return { evidence: { bytes: received.length, sha256: got }, value: undefined }
  })
}

/** One store says that it has nothing. */
export async function withholdFromStore({ steps, stage }: FailuresDeps, { bob, lunch }: Meeting): Promise<void> {
  await steps.take('a store withholds, and another serves', async (signal) => {
    const before = stage.store.meddled
    const nothing = { status: 404, type: 'text/plain', body: new Uint8Array() }
    stage.store.meddle(({ method, path }) =>
      method === 'GET' && path.startsWith('/ipfs/') ? { swallow: nothing } : 'pass',
    )
    const ms = await deliver(lunch, bob, 'Does this arrive?', signal)
    const withheld = stage.store.meddled - before
    stage.store.heal()
    expectThat(withheld > 0, 'the first store was asked and withheld it')
    return { evidence: { withheld, msToBob: ms }, value: undefined }
  })
}

/** A gateway promises and sends nothing: Dave finds it out by the L2, and the next one carries it out. */
export async function switchGateway({ steps, people, stage }: FailuresDeps): Promise<Device> {
  return steps.take('a gateway censors, and is switched', async () => {
    const { censor, configuration } = stage
    const dave = await people.open('dave', { gateways: [censor, ...configuration.gateways] })
    await dave.messenger.registerInstallation()
    const broken = dave.troubles.map(({ error }) => error).find((error) => error instanceof ClientError)
    const fault = (broken as ClientError | undefined)?.fault
    if (fault?.code !== 'PROMISE_BROKEN')
      throw new TypeError('it does not hold that the first gateway’s promise was broken')
    expectThat(fault.key.toLowerCase() === censor.key?.toLowerCase(), 'the promise is by the censor’s key')
    expectThat(fault.time > fault.includeBy, 'the L2’s time is past the promise')
    const { requestDigest, includeBy, signature, time } = fault
    return {
      evidence: {
        fault: fault.code,
        requestDigest,
        includeBy: `${includeBy}`,
        time: `${time}`,
        key: fault.key,
        signature,
        registered: dave.messenger.registered,
      },
      value: dave,
    }
  })
}

/** Bob is removed while Dave stays. */
export async function removeBob(
  { steps, onlookers }: FailuresDeps,
  { alice, bob, lunch, atBob }: Meeting,
  dave: Device,
): Promise<Room> {
  const atDave = await steps.take('Dave is added', async (signal) => {
    const { invited, failed } = await alice.messenger.addMembers(lunch, { to: [dave.address] })
    expectThat(invited.length === 1 && failed.length === 0, 'Dave is invited')
    const room = await (await dave.heard.first('request', signal)).accept()
    await dave.heard.first('joined', signal)
    const ms = await deliver(lunch, dave, 'Welcome, Dave.', signal)
    return { evidence: { members: lunch.members.length, msToDave: ms }, value: room }
  })
  await steps.take('Bob is removed, and can neither read nor write', async (signal) => {
    const { key, slot } = atBob.shared
    await alice.messenger.removeMembers(lunch, { identities: [bob.address] })
    await bob.heard.first('outside', signal, ({ reason }) => reason === 'removed')
    await dave.heard.first('membership', signal, ({ removed }) => removed.length > 0)
    await deliver(lunch, dave, 'Just us.', signal)
    await deliver(atDave, alice, 'At last.', signal)
    const { code } = await refusalOf('what Bob says now', atBob.send(text('Let me in.')))
    expectThat(code === 'NOT_A_MEMBER', 'Bob’s messenger says that he is no member')
    const bySequencer = await refusedBySequencer(onlookers, lunch, slot, key)
    expectThat(atBob.state === 'left', 'Bob’s messenger has left the conversation')
    await deliver(lunch, dave, 'Still just us.', signal)
    const got = [...alice.heard.texts, ...dave.heard.texts]
    expectThat(!got.includes('Let me in.'), 'nobody got what Bob said')
    const readSince = bob.heard.countOf(['Just us.', 'At last.', 'Still just us.'])
    expectThat(readSince === 0, 'Bob read nothing of what was said since')
    return {
      evidence: { gotFromBob: 0, refused: code, bySequencer, readSince },
      value: undefined,
    }
  })
  return atDave
}

/** The sequencer does not answer to what Alice says: her messenger has it forced. */
export async function force({ steps, stage, onlookers }: FailuresDeps, lunch: Room, dave: Device): Promise<void> {
  await steps.take('the sequencer drops, and a message is forced', async (signal) => {
    const before = stage.sequencer.meddled
    stage.sequencer.meddle(({ method, path }) =>
      method === 'POST' && path.startsWith('/v1/messages') ? 'cut' : 'pass',
    )
    const items = await queued(onlookers)
    const began = performance.now()
    // It fails at once and goes on by itself.
    const first = await lunch.send(text('Past the sequencer.')).then(
      () => 'none',
      (error: { fault?: { code?: string } }) => error.fault?.code ?? String(error),
    )
    const { position } = await dave.heard.text('Past the sequencer.', signal)
    const ms = Math.round(performance.now() - began)
    const dropped = stage.sequencer.meddled - before
    stage.sequencer.heal()
    const forced = (await queued(onlookers)) - items
    expectThat(dropped > 0, 'the sequencer dropped it')
    expectThat(forced > 0n, 'the L2’s queue has it')
    const block = await taken(onlookers, items + forced, signal)
    const { shard, index } = lunch.place
    const record = (await onlookers.node.completeConversation(shard, index, { signal }))?.record ?? []
    const entries = record.filter((entry) => entry.kind === 'message' && entry.forced).length
    expectThat(entries > 0, 'the verifying node’s record says that it was forced')
    return {
      evidence: {
        dropped,
        fault: first,
        forcedItems: Number(forced),
        position: `${position}`,
        block: Number(block),
        forcedEntries: entries,
        msToDave: ms,
      },
      value: undefined,
    }
  })
}

/** The record is complete under a root that the L2 has made final. */
export async function finish({ steps, onlookers }: FailuresDeps, alice: Device, lunch: Room): Promise<void> {
  await steps.take('everything is final and complete', async (signal) => {
    const { shard, index } = lunch.place
    const standing = await onlookers.sequencer.conversation(shard, index, signal)
    for (;;) {
      signal.throwIfAborted()
      const found = await alice.messenger.verify({ conversation: lunch }).catch((error: unknown) => {
        // What the node has not reached yet is asked for again.
        if (error instanceof ClientError) return undefined
        throw error
      })
      if (
        found !== undefined &&
        found.claim !== undefined &&
        found.conversation.messageCount === standing?.messageCount
      ) {
        const { grade, record, conversation, claim } = await onlookers.node.untilFinal(found, signal)
        expectThat(grade === 'final', 'the claim is final')
        expectThat(
          record.length === Number(conversation.messageCount + conversation.epoch),
          'the record has every entry',
        )
        return {
          evidence: {
            entries: record.length,
            messages: Number(conversation.messageCount),
            changes: Number(conversation.epoch),
            claim: Number(claim?.number ?? 0),
            grade,
            stateRoot: Buffer.from(found.stateRoot).toString('hex'),
          },
          value: undefined,
        }
      }
      await onlookers.clock.sleep(500, signal)
    }
  })
}
