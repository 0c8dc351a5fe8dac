"""Fills the table of calls: fill_calls.py NUMBER MERCHANT AGENT, with DATABASE_URL."""

import asyncio
import os
import sys

import asyncpg

# Identifiers in the order of their time, as ours are: 26 digits of Crockford's alphabet.
FILL = """
INSERT INTO calls (call_id, merchant_id, agent_id, direction, phone_number, language, state,
  previous_state, end_reason, create_time, end_time, duration_us)
SELECT 'call_01' || lpad(upper(to_hex(n)), 24, '0'), $2, $3,
  'outbound', '+9198' || lpad((n % 100000000)::text, 8, '0'), 'hi', 'completed', 'in_progress',
  'ended', now() - (($1 - n) || ' seconds')::interval, now(), 38000000
FROM generate_series(1, $1) AS n
"""


async def main():
    number, merchant, agent = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    async with connection.transaction():
        await connection.execute("SELECT set_config('payaid.merchant_id', '*', true)")
        await connection.execute(FILL, number, merchant, agent, timeout=600)
    await connection.execute("VACUUM ANALYZE calls", timeout=600)
    await connection.close()


asyncio.run(main())
