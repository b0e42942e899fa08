import { useState } from 'preact/hooks'
import { ExplorerError } from '../../faults.ts'
import { numbered } from '../../model/words.ts'
import { keepSettings } from '../../settings/kept.ts'
import { type SettingName, type Settings, settingNames, settingsOf } from '../../settings/settings.ts'
import { useSources } from '../context.ts'
import { Facts, Hex, Table, Title } from '../parts.tsx'
import { Legend } from '../tick.tsx'

const labels: Readonly<Record<SettingName, readonly [label: string, about: string]>> = {
  node: ['Node', 'URL of the node that is looked at'],
  l2Url: ['L2', 'URL of an L2 that you trust; roots are compared there'],
  rollup: ['Rollup', 'address of the rollup’s contract on the L2'],
  directory: ['Contact directory', 'address of the contract that keeps contacts'],
  sequencer: ['Sequencer', 'URL of a sequencer, whose head is shown beside the node’s'],
}

const wordsOf = (error: unknown): string => {
  if (error instanceof ExplorerError) return `${labelOf(error.fault.field)}: ${error.fault.reason}.`
  return `Your browser does not keep this: ${String(error)}`
}

const labelOf = (field: string): string => labels[field as SettingName]?.[0] ?? field

/** Whom to ask: the page begins anew with it, for it may ask nobody else from then on. */
export function SettingsForm({ settings }: { readonly settings: Settings | undefined }) {
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({ ...settings })
  const [fault, setFault] = useState<string>()
  const begin = (wanted: () => Settings | undefined): void => {
    try {
      keepSettings(wanted())
      location.reload()
    } catch (error) {
      setFault(wordsOf(error))
    }
  }
  return (
    <form
      class="settings"
      onSubmit={(event) => {
        event.preventDefault()
        begin(() => settingsOf(given, location.href))
      }}
    >
      {settingNames.map((name) => (
        <label key={name}>
          <span>
            {labels[name][0]} <small>{labels[name][1]}</small>
          </span>
          <input
            name={name}
            value={given[name] ?? ''}
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => setGiven({ ...given, [name]: currentTarget.value })}
          />
        </label>
      ))}
      <p class="fault" role="alert">
        {fault}
      </p>
      <div class="row">
        <button type="submit">Ask these</button>
        <button type="button" onClick={() => begin(() => undefined)}>
          As the page was served
        </button>
      </div>
    </form>
  )
}

export function About() {
  const { settings, l2 } = useSources()
  return (
    <>
      <Title text="About" />
      <h2>Whom this page asks</h2>
      <p>What you enter stays in your browser. The page asks these places and no other: its policy forbids the rest.</p>
      <SettingsForm settings={settings} />
      <h2>The deployment</h2>
      {l2 === undefined ? (
        <p>Without an L2 nothing is known of it but what the node says.</p>
      ) : (
        <>
          <Facts
            of={[
              ['Chain id of the L2', numbered(l2.deployment.chainId)],
              ['Rollup', <Hex of={settings.rollup ?? ''} />],
              ['Inbox', <Hex of={l2.deployment.inboxAddress} />],
              ['Deployed in L2 block', numbered(l2.deployment.deploymentBlock)],
            ]}
          />
          <Table
            caption="Who signs headers"
            columns={['#From block', 'Key', 'Bond of']}
            none="Nobody does."
            rows={l2.deployment.keys.map(({ from, key, bondOwner }) => [
              numbered(from),
              <Hex of={key} />,
              <Hex of={bondOwner} />,
            ])}
          />
        </>
      )}
      <h2>What is trusted</h2>
      <ul>
        <li>Your browser, and whoever served this page to you: another page could draw any tick.</li>
        <li>The L2 that you entered, for the hashes of claims and for what is final.</li>
        <li>No node, sequencer or DA layer. What they alone say is called their own word.</li>
      </ul>
      <Legend />
    </>
  )
}
