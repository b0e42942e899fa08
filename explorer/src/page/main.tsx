import { render } from 'preact'
import { failureOf } from '../model/failed.ts'
import { openSources } from '../model/sources.ts'
import { keptSettings } from '../settings/kept.ts'
import { policyOf } from '../settings/policy.ts'
import { type Settings, settingsOf } from '../settings/settings.ts'
import '../style/page.css'
import { App } from '../views/app.tsx'
import { SettingsForm } from '../views/pages/about.tsx'
import { Failed, Title } from '../views/parts.tsx'

const root = document.getElementById('app') as HTMLElement

/** What the reader entered, else what the page was served with. */
function chosenSettings(): Settings {
  const served: unknown = JSON.parse(document.getElementById('places')?.textContent ?? 'null')
  return settingsOf(keptSettings() ?? served, location.href)
}

/** From here on the page may ask these and nobody else: a policy can only be narrowed. */
function narrow(settings: Settings): void {
  const meta = document.createElement('meta')
  meta.httpEquiv = 'Content-Security-Policy'
  meta.content = policyOf(settings)
  document.head.append(meta)
}

async function main(): Promise<void> {
  let settings: Settings | undefined
  try {
    settings = chosenSettings()
    narrow(settings)
    render(<p role="status">Asking…</p>, root)
    render(<App sources={await openSources(settings)} />, root)
  } catch (error) {
    console.warn(error)
    render(
      <main>
        <Title text="Whom to ask" />
        <Failed failure={failureOf(error)} />
        <SettingsForm settings={settings} />
      </main>,
      root,
    )
  }
}

void main()
