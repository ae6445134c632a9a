// Verifies signed messages as a receiver does: node webhooks.mjs MESSAGES.json, a list of {secret, headers, body, good}.
import { readFileSync } from 'node:fs';
import { Webhook as Standard } from 'standardwebhooks';
import { Webhook as Svix } from 'svix';

const messages = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const wrong = [];
for (const [name, Library] of Object.entries({ standardwebhooks: Standard, svix: Svix })) {
  for (const [index, { secret, headers, body, good }] of messages.entries()) {
    let accepted = true;
    try {
      new Library(secret).verify(body, headers);
    } catch {
      accepted = false;
    }
    if (accepted !== good) wrong.push(`${name} ${accepted ? 'accepted' : 'refused'} message ${index}`);
  }
}
console.log(JSON.stringify({ messages: messages.length, wrong }));
process.exit(wrong.length ? 1 : 0);
