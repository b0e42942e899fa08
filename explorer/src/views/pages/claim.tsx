import type { CheckedClaim } from '@parley/client'
import { daLayerName } from '@parley/protocol/light'
import { addressOf, numberOf } from '../../model/place.ts'
import { hexOf, momentOf, numbered, sizeOf, spanOf } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked, useNow } from '../hooks.ts'
import { Answer, Facts, Hex, Link, Table, Title } from '../parts.tsx'
import { Checked, OwnWord } from '../tick.tsx'

/** When the claim can be final at the earliest, and how long that is from now. */
function Earliest({ claim, grade }: Pick<CheckedClaim, 'claim' | 'grade'>) {
  const now = useNow()
  const at = (Number(claim.claimedAt) + claim.windows.challenge) * 1000
  if (grade === 'final') return <>It is final.</>
  return (
    <>
      {momentOf(at)}
      {at > now ? `, in ${spanOf(at - now)}` : ', which is over: it waits to be finalised, or something is asked of it'}
    </>
  )
}

interface Found {
  readonly checked: CheckedClaim
  /** Bytes of core and witness as this node keeps them. */
  readonly bytes: readonly (number | undefined)[]
}

function Shown({ checked, bytes }: Found) {
  const { settings } = useSources()
  const { claim, hash, grade, state } = checked
  const { windows, lastHeader } = claim
  const seconds = (value: number): string => spanOf(value * 1000)
  const parts = [
    ['Core', claim.core, claim.coreRoot],
    ['Witness', claim.witness, claim.witnessRoot],
  ] as const
  return (
    <>
      <Checked grade={grade}>The hash of the claim was computed here from all fields below, pointers included.</Checked>
      <Facts
        of={[
          ['Up to block', <Link to={addressOf('block', [lastHeader.number])}>{numbered(lastHeader.number)}</Link>],
          ['State root', <Hex of={lastHeader.stateRoot} />],
          ['Claimed at', momentOf(claim.claimedAt * 1000n)],
          ['By', <Hex of={claim.claimer} />],
          ['Final at the earliest', <Earliest claim={claim} grade={grade} />],
          ['Can be contested for', seconds(windows.challenge)],
          ['Data can be asked for', seconds(windows.data)],
          ['Answers have', seconds(windows.answer)],
          ['Proofs of answers have', seconds(windows.proof)],
          ['Hash', <Hex of={hash} />],
          ['Hash of the claim before', <Hex of={claim.parent} />],
          ['Lineage', <Hex of={claim.lineage} />],
        ]}
      />
      <Table
        caption="Parts"
        columns={['Part', 'Layer', 'Pointer', 'Root', '#Bytes here', 'Bytes']}
        none="It has none."
        rows={parts.map(([name, { layer, pointer }, root], i) => [
          name,
          daLayerName(layer),
          <Hex of={pointer} />,
          <Hex of={root} />,
          bytes[i] === undefined ? 'not kept' : sizeOf(bytes[i]),
          <a href={`${settings.node}/v1/batches/${hexOf(root)}`}>{`Download ${name.toLowerCase()}`}</a>,
        ])}
      />
      <OwnWord>
        The node’s own word: it finds the claim <strong>{state}</strong>, and keeps the parts as given. Whoever decodes
        a part and completes it finds its root, whoever it came from.
      </OwnWord>
    </>
  )
}

export function Claim({ which }: { readonly which: string }) {
  const { chain } = useSources()
  const number = which === 'latest' || which === 'final' ? which : numberOf(which)
  const asked = useAsked(
    async (signal): Promise<{ found: Found | undefined }> => {
      const checked = number === undefined ? undefined : await chain.claim(number, signal)
      if (checked === undefined) return { found: undefined }
      const { coreRoot, witnessRoot } = checked.claim
      const bytes = await Promise.all([coreRoot, witnessRoot].map((root) => chain.partBytes(root, signal)))
      return { found: { checked, bytes } }
    },
    [chain, which],
  )
  return (
    <>
      <Title text={`Claim ${which}`} asked={asked} />
      <Answer asked={asked}>
        {({ found }) => (found === undefined ? <p>This node knows no such claim.</p> : <Shown {...found} />)}
      </Answer>
    </>
  )
}
