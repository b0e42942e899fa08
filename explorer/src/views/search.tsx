import { useState } from 'preact/hooks'
import { failureOf } from '../model/failed.ts'
import { find } from '../model/search.ts'
import type { Sources } from '../model/sources.ts'

/** One box for everything that has a name. */
export function Search({ sources }: { readonly sources: Sources }) {
  const [text, setText] = useState('')
  const [said, setSaid] = useState('')
  const search = async (): Promise<void> => {
    setSaid('Searching…')
    try {
      const found = await find(sources, text, new AbortController().signal)
      setSaid(found === undefined ? 'Nothing recent has this name.' : '')
      if (found !== undefined) location.hash = found
    } catch (error) {
      const { code, text: why } = failureOf(error)
      setSaid(code === undefined ? why : `${code}: ${why}`)
    }
  }
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void search()
        }}
      >
        <label for="search">Search</label>
        <input
          id="search"
          value={text}
          placeholder="block, shard/index, address, root"
          spellcheck={false}
          autocomplete="off"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit">Find</button>
      </form>
      <p role="status">{said}</p>
    </search>
  )
}
