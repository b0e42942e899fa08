import type { Random } from '../random.ts'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Values that stand where others belong, as JSON text: some have no form as a JavaScript value. */
const oddities = [
  'null',
  'true',
  '-1',
  '0.5',
  '1e400',
  '-0',
  '256',
  '65536',
  '4294967296',
  '18446744073709551616',
  '""',
  '"0"',
  '"00"',
  '"+1"',
  '"1e3"',
  '" 1"',
  '"18446744073709551615"',
  '"18446744073709551616"',
  '"0x"',
  '"0xzz"',
  '"0X00"',
  `"0x${'00'.repeat(31)}"`,
  `"0x${'00'.repeat(33)}"`,
  '"٣"',
  '"\\u0000"',
  '[]',
  '[[[[[[[[]]]]]]]]',
  '{}',
  '{"kind":"withdraw"}',
  '{"kind":"__proto__","value":{}}',
  '{"kind":"constructor","value":{}}',
  `"${'a'.repeat(2_000)}"`,
]

/** All places of a value: the containers and keys that lead to each part. */
function placesOf(value: Json, found: { holder: Json[] | { [name: string]: Json }; key: string }[] = []) {
  if (typeof value !== 'object' || value === null) return found
  for (const key of Object.keys(value)) {
    const holder = value as { [name: string]: Json }
    found.push({ holder, key })
    placesOf(holder[key] as Json, found)
  }
  return found
}

/** Marks a place that is replaced in the text. */
const mark = '@@odd@@'

/** Adds an own field, whatever its name, with the value of the one at `key`. */
function addField(holder: { [name: string]: Json }, name: string, key: string): void {
  Object.defineProperty(holder, name, { value: holder[key], enumerable: true, configurable: true, writable: true })
}

/** JSON text of `value` with one to three things wrong: a part replaced, left out, added or repeated. */
export function bendJson(value: Json, random: Random): string {
  const bent = structuredClone(value)
  const rounds = 1 + random.below(3)
  for (let i = 0; i < rounds; i += 1) {
    const places = placesOf(bent)
    if (places.length === 0) break
    const { holder, key } = random.pick(places)
    const held = holder as { [name: string]: Json }
    const way = random.below(6)
    if (way === 0) delete held[key]
    else if (way === 1 && !Array.isArray(holder))
      addField(held, random.pick(['extra', '__proto__', 'length', '9']), key)
    else if (way === 2 && Array.isArray(holder)) holder.push(...structuredClone(holder))
    else held[key] = mark
  }
  return JSON.stringify(bent, undefined, random.below(8) === 0 ? 1 : undefined).replaceAll(`"${mark}"`, () =>
    random.pick(oddities),
  )
}
