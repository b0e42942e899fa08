import { useEffect, useState } from 'preact/hooks'
import { addressOf, type PageName, type Place, placeOf } from '../model/place.ts'
import type { Sources } from '../model/sources.ts'
import { SourcesContext } from './context.ts'
import { About } from './pages/about.tsx'
import { Account } from './pages/account.tsx'
import { Block } from './pages/block.tsx'
import { Blocks } from './pages/blocks.tsx'
import { Claim } from './pages/claim.tsx'
import { Claims } from './pages/claims.tsx'
import { Contact } from './pages/contact.tsx'
import { Conversation } from './pages/conversation.tsx'
import { Conversations } from './pages/conversations.tsx'
import { DaParts } from './pages/da-parts.tsx'
import { Network } from './pages/network.tsx'
import { Overview } from './pages/overview.tsx'
import { Title } from './parts.tsx'
import { Search } from './search.tsx'

const menu: readonly (readonly [page: PageName, name: string, within: readonly PageName[]])[] = [
  ['overview', 'Overview', []],
  ['blocks', 'Blocks', ['block']],
  ['claims', 'Claims', ['claim']],
  ['conversations', 'Conversations', ['conversation', 'account', 'contact']],
  ['parts', 'DA parts', []],
  ['network', 'Network', []],
  ['about', 'About', []],
]

function Page({ place }: { readonly place: Place }) {
  const { page, which, from } = place
  const [first = ''] = which
  switch (page) {
    case 'overview':
      return <Overview />
    case 'blocks':
      return <Blocks from={from} />
    case 'block':
      return <Block which={first} />
    case 'claims':
      return <Claims from={from} />
    case 'claim':
      return <Claim which={first} />
    case 'conversations':
      return <Conversations />
    case 'conversation':
      return <Conversation which={which} from={from} />
    case 'account':
      return <Account which={which} />
    case 'contact':
      return <Contact which={first} />
    case 'parts':
      return <DaParts from={from} />
    case 'network':
      return <Network />
    case 'about':
      return <About />
  }
}

/** The place that the address names, as it changes. */
function usePlace(): Place | undefined {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const look = (): void => setHash(location.hash)
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  return placeOf(hash)
}

export function App({ sources }: { readonly sources: Sources }) {
  const place = usePlace()
  const { settings, l2 } = sources
  return (
    <SourcesContext.Provider value={sources}>
      <button type="button" class="skip" onClick={skip}>
        Skip to the page
      </button>
      <header class="head">
        <p class="brand">Parley explorer</p>
        <nav aria-label="Pages">
          <ul>
            {menu.map(([page, name, within]) => {
              const isHere = place !== undefined && (place.page === page || within.includes(place.page))
              return (
                <li key={page}>
                  <a href={addressOf(page)} aria-current={isHere ? 'page' : undefined}>
                    {name}
                  </a>
                </li>
              )
            })}
          </ul>
        </nav>
        <Search sources={sources} />
      </header>
      <main>
        {place === undefined ? (
          <>
            <Title text="No such page" />
            <p>The address names no page of the explorer.</p>
          </>
        ) : (
          <Page place={place} key={`${place.page}/${place.which.join('/')}`} />
        )}
      </main>
      <footer class="foot">
        Asked: {settings.node}
        {l2 === undefined ? '. No L2 is entered, so nothing here is proven.' : `, and the L2 at ${settings.l2Url}.`}
      </footer>
    </SourcesContext.Provider>
  )
}

function skip(): void {
  document.querySelector<HTMLElement>('main h1')?.focus()
}
