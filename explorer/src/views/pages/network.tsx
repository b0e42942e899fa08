import type { ToldEvidence } from '@parley/client'
import { addressOf } from '../../model/place.ts'
import { counted, numbered } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Failed, Link, Table, Title } from '../parts.tsx'
import { OwnWord } from '../tick.tsx'

const everyMs = 5_000

const blockOf = ({ evidence }: ToldEvidence): bigint =>
  evidence.kind === 'equivocation' ? evidence.value.a.header.number : evidence.value.signed.header.number

/** Signed headers that ought not to be, with their signatures checked here. */
function Evidence() {
  const { chain, l2 } = useSources()
  const asked = useAsked(
    async (signal) => (l2 === undefined ? undefined : { evidence: await chain.evidence(l2.deployment, signal) }),
    [chain, l2],
  )
  if (l2 === undefined)
    return <p>Whose signatures headers must carry is the L2’s to say: enter one to have evidence checked.</p>
  return (
    <Answer asked={asked}>
      {(found) => (
        <Table
          caption="Second headers"
          columns={['#Block', 'What', 'Shown on the L2', 'Signatures']}
          none="The node knows of no block with a second signed header."
          rows={(found?.evidence ?? []).map((each) => [
            <Link to={addressOf('block', [blockOf(each)])}>{numbered(blockOf(each))}</Link>,
            each.evidence.kind === 'equivocation' ? 'two headers are signed' : 'a final claim has another one',
            each.shown ? 'yes' : 'not yet',
            each.signed ? 'by the key of the block' : 'not by that key: this evidence is worth nothing',
          ])}
        />
      )}
    </Answer>
  )
}

export function Network() {
  const { node, sequencer } = useSources()
  const asked = useAsked(async (signal) => ({ status: await node.status(signal) }), [node], everyMs)
  const head = useAsked(async (signal) => ({ status: await sequencer?.status(signal) }), [sequencer], everyMs)
  return (
    <>
      <Title text="Network" asked={asked} />
      <OwnWord>What a node or a sequencer tells of itself is its own word, unless it says otherwise.</OwnWord>
      <Answer asked={asked}>
        {({ status }) => (
          <>
            <Table
              caption="Heads"
              columns={['Whose', '#Block', 'State']}
              none="Nobody was asked."
              rows={[
                [
                  'Sequencer, sealed',
                  head.value?.status === undefined ? '–' : numbered(head.value.status.head.number),
                  sequencer === undefined
                    ? 'not asked: no sequencer is entered'
                    : head.failure !== undefined
                      ? `no answer (${head.failure.code ?? head.failure.text})`
                      : head.value?.status === undefined
                        ? 'being asked'
                        : head.value.status.ready
                          ? 'ready'
                          : 'not ready',
                ],
                ['This node, verified', numbered(status.block), status.state],
                ...status.watch.sources.map(({ name, block, state }) => [
                  `Watched: ${name}`,
                  block === undefined ? '–' : numbered(block),
                  state,
                ]),
              ]}
            />
            {status.watch.sources.length === 0 && (
              <p>The node watches no sequencer or relay: second headers reach it by gossip, or by who hands them in.</p>
            )}
            <p>
              It keeps {counted(status.watch.headers, 'signed header')} to compare, and knows of{' '}
              {counted(status.watch.conflicts, 'block')} with more than one.
            </p>
          </>
        )}
      </Answer>
      {head.failure?.kind === 'untrue' && <Failed failure={head.failure} />}
      <h2>Equivocations</h2>
      <Evidence />
    </>
  )
}
