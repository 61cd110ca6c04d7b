/** The reader of each kind of source. */
import type { SourceSettings } from '../../src-shared/hub-api/agent/people-sources.ts'
import { fail, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { createFolderReader } from './folder.ts'
import { createLdapReader } from './ldap.ts'
import type { SourceReading } from './port.ts'

export interface SourcePlaces {
  /** The hub's folder for people's files. */
  readonly folder: string
  /** Aborts what is out when the hub stops. */
  readonly stop?: AbortSignal | undefined
}

export interface Reader {
  read(since: string | null): Promise<Result<SourceReading>>
}

export function readerOf(settings: SourceSettings, secret: string, { folder, stop }: SourcePlaces): Reader {
  switch (settings.kind) {
    case 'ldap':
      return createLdapReader(settings, secret, stop)
    case 'folder':
      return createFolderReader(folder, settings)
    case 'scim':
      // It is not read: a program puts people in.
      return { read: async () => fail(failures.sourceBusy) }
  }
}
