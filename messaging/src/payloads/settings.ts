import { ByteListType, ContainerType, ListCompositeType } from '@chainsafe/ssz'
import { type Attachment, decodeAttachment, encodeAttachment } from '../attachments/attachment.ts'
import type { Draft } from '../codec/payload.ts'
import { bounded, decodeExactly, decodeText, encodeText } from '../codec/ssz.ts'
import { invalid } from '../faults.ts'

const bounds = { key: 64, value: 65_536, title: 256, description: 1_024, entries: 32 } as const

const EntryType = new ContainerType(
  { key: new ByteListType(bounds.key), value: new ByteListType(bounds.value) },
  { typeName: 'Setting' },
)
const SettingsType = new ListCompositeType(EntryType, bounds.entries)

/** One setting of a conversation as it is sent. An empty value ends it. */
export interface Setting {
  readonly key: string
  readonly value: Uint8Array
}

/** What admins set for a conversation. What is left out stays as it is. */
export interface Settings {
  /** At most 256 bytes. */
  readonly title?: string
  /** At most 1,024 bytes. */
  readonly description?: string
  /** A picture, stored by `putAttachment`. */
  readonly icon?: Attachment
  /** Of applications: keys such as `app.example/theme`, values of at most 64 KiB. */
  readonly more?: Readonly<Record<string, Uint8Array>>
}

const ownKeys: ReadonlySet<string> = new Set(['title', 'description', 'icon'])
const keyPattern = /^[a-z0-9.-]+\/[a-z0-9./-]+$/

/** Settings as entries, in order of their keys. @throws {MessagingError} `FRAME_INVALID`. */
export function entriesOf({ title, description, icon, more = {} }: Settings): readonly Setting[] {
  const entries: Setting[] = Object.entries(more).map(([key, value]) => ({ key: applicationKey(key), value }))
  if (title !== undefined) entries.push({ key: 'title', value: encodeText(title, bounds.title, 'settings.title') })
  if (description !== undefined)
    entries.push({ key: 'description', value: encodeText(description, bounds.description, 'settings.description') })
  if (icon !== undefined) entries.push({ key: 'icon', value: encodeAttachment(icon) })
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** The inverse of {@link entriesOf}; of a later version's keys nothing is said. @throws {MessagingError} `FRAME_INVALID`. */
export function settingsOf(entries: readonly Setting[]): Settings {
  const value = (key: string): Uint8Array | undefined => {
    const found = entries.find((each) => each.key === key)?.value
    return found === undefined || found.length === 0 ? undefined : found
  }
  const [title, description, icon] = ['title', 'description', 'icon'].map(value)
  const more = entries.filter(({ key, value: bytes }) => keyPattern.test(key) && bytes.length > 0)
  return {
    ...(title && { title: decodeText(bounded(title, bounds.title, 'settings.title'), 'settings.title') }),
    ...(description && {
      description: decodeText(bounded(description, bounds.description, 'settings.description'), 'settings.description'),
    }),
    ...(icon && { icon: decodeAttachment(icon) }),
    ...(more.length > 0 && { more: Object.fromEntries(more.map(({ key, value: bytes }) => [key, bytes])) }),
  }
}

/** Settings as `settings/1`. They count if their author is an admin at their place. @throws {MessagingError} `FRAME_INVALID`. */
export function settings(entries: readonly Setting[]): Draft {
  return { type: 'settings/1', body: encodeSettings(entries), fallback: '' }
}

/** @throws {MessagingError} `FRAME_INVALID`. */
export function encodeSettings(entries: readonly Setting[]): Uint8Array {
  if (entries.length < 1 || entries.length > bounds.entries)
    throw invalid('settings', `${entries.length} entries are not 1 to ${bounds.entries}`)
  return SettingsType.serialize(
    entries.map(({ key, value }) => ({
      key: encodeText(key, bounds.key, 'settings.key'),
      value: bounded(value, bounds.value, 'settings.value'),
    })),
  )
}

/** The inverse of {@link encodeSettings}: keys are in order, each once. @throws {MessagingError} `FRAME_INVALID`. */
export function decodeSettings(bytes: Uint8Array): readonly Setting[] {
  const entries = decodeExactly(SettingsType, bytes, 'settings').map(({ key, value }) => ({
    key: decodeText(key, 'settings.key'),
    value,
  }))
  if (entries.length === 0) throw invalid('settings', '0 entries are not 1 to 32')
  for (const [i, { key }] of entries.entries()) {
    if (!ownKeys.has(key) && !/^[a-z0-9./-]+$/.test(key))
      throw invalid('settings.key', `${JSON.stringify(key)} is none`)
    if (i > 0 && key <= (entries[i - 1] as Setting).key) throw invalid('settings.key', 'keys are not in order')
  }
  settingsOf(entries)
  return entries
}

function applicationKey(key: string): string {
  if (keyPattern.test(key)) return key
  throw invalid('settings.more', `${JSON.stringify(key)} is no authority/key`)
}
