// What a partner's nightly job does, by the generated types alone: every page, a safe change, a safe creation.
import createClient from 'openapi-fetch';
import type { components, paths } from '../gen/api';

type Person = components['schemas']['Person'];

const client = createClient<paths, 'application/json' | 'application/problem+json'>({ baseUrl: 'https://touchline.example' });

export async function everyone(): Promise<Person[]> {
  const people: Person[] = [];
  let cursor: string | null | undefined;
  do {
    const query = cursor ? { limit: 200, sort: 'name', cursor } : { limit: 200, sort: 'name' };
    const { data, error } = await client.GET('/v1/people', { params: { query } });
    if (error) throw new Error(`${error.code}: ${error.errors?.map((field) => field.pointer).join(', ')}`);
    people.push(...data.data);
    cursor = data.next_cursor;
  } while (cursor);
  return people;
}

export async function rename(id: string, name: string): Promise<string> {
  const read = await client.GET('/v1/people/{person_id}', { params: { path: { person_id: id } } });
  const { data, error } = await client.PATCH('/v1/people/{person_id}', {
    params: { path: { person_id: id }, header: { 'If-Match': read.response.headers.get('etag') ?? '*' } },
    body: { name },
  });
  if (error) throw new Error(error.detail);
  return data.name;
}

export async function hire(email: string): Promise<Person> {
  const { data, error, response } = await client.POST('/v1/people', {
    params: { header: { 'Idempotency-Key': email } },
    body: { email, name: 'Ada Lovelace', role: 'rep', hired_on: '2026-03-02' },
  });
  if (error) throw new Error(`${response.status} ${error.code}`);
  return data;
}

// @ts-expect-error a role that there is not
export const wrong: Person['role'] = 'owner';
