"""GET /api/v1/agents/{id} as FastAPI's and asyncpg's documentation write it: the peer of api.py.

Reads the same rows of the same database under the same row-level security, checks the same API key.
"""

import contextlib
import hashlib
import hmac
import json
import os
import sys

import asyncpg
import uvicorn
from fastapi import FastAPI, Header, HTTPException, Request

known = {}


@contextlib.asynccontextmanager
async def lifespan(app):
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


async def merchant(pool, key, secret):
    """Whose key it is; looked up once, as ours is within its lifetime."""
    if key not in known:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('payaid.merchant_id', '*', true)")
            known[key] = await connection.fetchrow(
                "SELECT merchant_id, secret_hash FROM api_keys WHERE key_id = $1", key)
    row = known[key]
    if row is None or not hmac.compare_digest(
            row["secret_hash"], hashlib.sha256(secret.encode()).digest()):
        raise HTTPException(401)
    return row["merchant_id"]


@app.get("/api/v1/agents/{agent_id}")
async def agent(
        agent_id: str, request: Request, x_api_key: str = Header(), x_api_secret: str = Header()):
    pool = request.app.state.pool
    owner = await merchant(pool, x_api_key, x_api_secret)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('payaid.merchant_id', $1, true)", owner)
        row = await connection.fetchrow(
            "SELECT agent_id, revision, name, language, voice_id, system_prompt, phone_number, state,"
            " config::text AS config, create_time, update_time FROM agents WHERE agent_id = $1"
            " AND merchant_id = $2", agent_id, owner)
    if row is None or row["state"] == "deleted":
        raise HTTPException(404)
    return json.loads(row["config"]) | {
        "agentId": row["agent_id"], "name": row["name"], "language": row["language"],
        "voiceId": row["voice_id"], "systemPrompt": row["system_prompt"],
        "phoneNumber": row["phone_number"] or "", "state": row["state"].upper(),
        "createTime": row["create_time"].isoformat(), "updateTime": row["update_time"].isoformat(),
        "etag": f'"{row["revision"]}"',
    }


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
