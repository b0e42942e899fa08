import type { PushKind, pushRegistration, ValueOf } from '@parley/api'

/** What a device registered, as the API describes it. */
export type Registered = ValueOf<typeof pushRegistration>
export type Target = Registered['target']
export type TargetOf<K extends PushKind> = (Target & { readonly kind: K })['value']

/** What became of a wake-up. */
export type Outcome =
  | { readonly kind: 'taken' }
  /** Nobody can be woken there any more. */
  | { readonly kind: 'gone' }
  /** It may be sent again, after so many milliseconds if the service says so. */
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string }

/** One way of waking devices. What it sends says nothing but that there is something. */
export interface PushService<V = unknown> {
  /** @throws {PushError} `TARGET_INVALID`. */
  check(target: V): void
  /** Asks whoever is to be woken whether it wants to be. @throws {PushError} `TARGET_UNCONFIRMED`; the signal's reason. */
  confirm?(target: V, signal: AbortSignal): Promise<void>
  /** Whatever goes wrong on the way is an outcome. @throws the signal's reason. */
  wake(target: V, signal: AbortSignal): Promise<Outcome>
  close?(): void
}

/** Services by kind; those that are left out were not configured. */
export type PushServices = { readonly [K in PushKind]?: PushService<TargetOf<K>> }

/** What a status of HTTP says of a wake-up. */
export function outcomeOf(
  { status, retryAfterMs }: { readonly status: number; readonly retryAfterMs: number | undefined },
  gone: readonly number[],
): Outcome {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  if (gone.includes(status)) return { kind: 'gone' }
  const reason = `status ${status}`
  if (status === 408 || status === 429 || status >= 500) return { kind: 'later', reason, afterMs: retryAfterMs }
  return { kind: 'refused', reason }
}
