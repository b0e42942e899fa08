import Negotiator from 'negotiator'

export const octets = 'application/octet-stream'
export const json = 'application/json'

/** Whether an `Accept` header asks for octets rather than JSON, which is what is sent when it does not care. */
export function prefersOctets(accept: string | undefined): boolean {
  if (accept === octets) return true
  if (accept === undefined || accept === json || accept === '*/*') return false
  return new Negotiator({ headers: { accept } }).mediaType([json, octets]) === octets
}

/** Type and subtype of a `Content-Type` header in lower case, without its parameters. */
export function mediaTypeOf(contentType: string | undefined): string {
  if (contentType === undefined || contentType === octets) return contentType ?? ''
  return contentType.split(';')[0]!.trim().toLowerCase()
}
