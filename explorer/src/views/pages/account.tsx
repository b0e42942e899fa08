import { addressOf, shardAndIndexOf } from '../../model/place.ts'
import { counted, hexOf, momentOf, numbered } from '../../model/words.ts'
import { useSources } from '../context.ts'
import { useAsked } from '../hooks.ts'
import { Answer, Facts, Hex, Link, Title } from '../parts.tsx'
import { Checked } from '../tick.tsx'

export function Account({ which }: { readonly which: readonly string[] }) {
  const { node } = useSources()
  const place = shardAndIndexOf(which)
  const name = which.join('/')
  const asked = useAsked(
    async (signal) => ({ found: place === undefined ? undefined : await node.account(...place, { signal }) }),
    [node, name],
  )
  return (
    <>
      <Title text={`Account ${name}`} asked={asked} />
      <Answer asked={asked}>
        {({ found }) => {
          if (found === undefined) return <p>This node knows no such account.</p>
          const { account, block, timestamp, stateRoot, branch, grade, claim } = found
          return (
            <>
              <Checked grade={grade}>The account fits the state root by a Merkle branch.</Checked>
              <Facts
                of={[
                  [
                    'Owner',
                    <Link to={addressOf('contact', [hexOf(account.owner)])}>
                      <Hex of={account.owner} />
                    </Link>,
                  ],
                  ['Balance', `${numbered(account.balance)} mwei`],
                  ['Withdrawn so far', `${numbered(account.withdrawn)} mwei`],
                  ['Operations', numbered(account.nonce)],
                  ['After block', <Link to={addressOf('block', [block])}>{numbered(block)}</Link>],
                  ['Time', momentOf(timestamp)],
                  [
                    'Claim',
                    claim === undefined ? (
                      'none ends with this state'
                    ) : (
                      <Link to={addressOf('claim', [claim.number])}>{`Claim ${claim.number}`}</Link>
                    ),
                  ],
                  ['State root', <Hex of={stateRoot} />],
                  ['Branch', counted(branch.length, 'hash', 'hashes')],
                ]}
              />
            </>
          )
        }}
      </Answer>
    </>
  )
}
