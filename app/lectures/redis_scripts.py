"""What RedisStorage asks of Redis: every check and its write are one script, so nothing comes between them.

A lecture lies under unrolled:{code}: its record, its log (a stream, whose ids end in the offset), which command made which entry, keys,
sessions, participants and how many each address has, polls, open polls, votes by poll, plan, presence, and the scenes and data sets that
log and plan name. How many lectures name each of them stands in unrolled:names, and the bytes of all logs and plans in
unrolled:bytes:lectures. Every script answers with
JSON, and first with a word: `ok`, or what is refused.

An epoch lives no longer than the Redis process that it was made in: one that starts anew may have lost its last entries, and somebody
may have seen them. So a log whose `run` is another process takes no entry before it has a new epoch.
"""

from __future__ import annotations

ARGUMENTS = """
local channel, now, code = ARGV[1], ARGV[2], ARGV[3]
local function key(name) return 'unrolled:' .. code .. ':' .. name end
local record = key('record')
local function field(name) return redis.call('HGET', record, name) end
local function number(name) return tonumber(field(name)) end
local function exists() return redis.call('EXISTS', record) == 1 end
local function answer(...) return cjson.encode({...}) end
local function run() return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') end
local function publish(...) redis.call('PUBLISH', channel .. code, table.concat({...}, '\\n')) end
local function whole()
    local fields, found = redis.call('HGETALL', record), {}
    for i = 1, #fields, 2 do found[fields[i]] = fields[i + 1] end
    return found
end
"""

LOG = """
local function entry(offset) return redis.call('XRANGE', key('log'), '0-' .. offset, '0-' .. offset)[1] end

local function remember(name)
    if type(name) == 'string' and #name == 64 and redis.call('SADD', key('names'), name) == 1 then
        redis.call('HINCRBY', 'unrolled:names', name, 1)
    end
end

local function remember_scenes(body)
    local told = cjson.decode(body)
    remember(told.scene)
    if type(told.view) == 'table' then remember(told.view.base) end
end

local function grow(bytes)
    redis.call('HINCRBY', record, 'bytes', bytes)
    redis.call('INCRBY', 'unrolled:bytes:lectures', bytes)
end

local function write(kind, body, poll, command)
    grow(#body + 100)
    remember_scenes(body)
    local offset = string.format('%d', redis.call('HINCRBY', record, 'last', 1))
    local epoch = field('epoch')
    redis.call('XADD', key('log'), '0-' .. offset, 'kind', kind, 'body', body, 'at', now)
    if command ~= '' then redis.call('HSET', key('commands'), command, offset) end
    if kind == 'poll opened' then
        redis.call('SADD', key('polls'), poll)
        redis.call('SADD', key('open'), poll)
    elseif kind == 'poll closed' or kind == 'poll revealed' then
        redis.call('SREM', key('open'), poll)
    elseif kind == 'ended' then
        redis.call('DEL', key('open'))
        redis.call('HSET', record, 'ended', '1')
    end
    publish('entry', epoch, offset, kind, now, body)
    return answer('ok', epoch, entry(offset))
end

local function write_all(first)
    for i = first, #ARGV, 3 do write(ARGV[i], ARGV[i + 1], ARGV[i + 2], '') end
end

local function again(command)
    local offset = redis.call('HGET', key('commands'), command)
    return offset and answer('ok', field('epoch'), entry(offset))
end

local function refusal(epoch)
    if not exists() then return answer('unknown') end
    if field('epoch') ~= epoch or field('run') ~= run() then return answer('epoch') end
    if field('ended') == '1' then return answer('ended') end
end

local function full(most)
    if most ~= '' and (number('bytes') or 0) >= tonumber(most) then return answer('full') end
end

local function renew(epoch, known)
    local last = number('last')
    redis.call('HSET', record, 'was', field('epoch'), 'known', math.max(known, last), 'epoch', epoch, 'run', run())
end

local function settle() redis.call('HSET', record, 'settled', field('last')) end
"""

FORGET = """
local function forget()
    for _, name in ipairs(redis.call('SMEMBERS', key('names'))) do
        if redis.call('HINCRBY', 'unrolled:names', name, -1) <= 0 then redis.call('HDEL', 'unrolled:names', name) end
    end
    if redis.call('DECRBY', 'unrolled:bytes:lectures', field('bytes') or 0) <= 0 then redis.call('DEL', 'unrolled:bytes:lectures') end
    for _, poll in ipairs(redis.call('SMEMBERS', key('polls'))) do redis.call('UNLINK', key('votes:' .. poll)) end
    local parts = {'record', 'log', 'commands', 'keys', 'sessions', 'participants', 'addresses', 'polls', 'open', 'plan', 'names'}
    for _, name in ipairs(parts) do
        redis.call('UNLINK', key(name))
    end
    redis.call('UNLINK', key('presence'))
    redis.call('ZREM', 'unrolled:lectures', code)
    redis.call('SET', key('gone'), '1', 'EX', 86400)
    publish('gone')
end
"""

CREATE = """
if exists() then return answer('taken') end
local epoch, title, holder, session, secret = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
redis.call('DEL', key('gone'))
redis.call('HSET', record, 'epoch', epoch, 'last', '0', 'fence', '1', 'holder', holder, 'session', session, 'created', now, 'ended', '0',
    'title', title, 'run', run())
redis.call('ZADD', 'unrolled:lectures', now, code)
redis.call('SADD', key('keys'), secret)
redis.call('HSET', key('sessions'), session, holder)
write_all(9)
settle()
return answer('ok', whole())
"""

# A process that has no memory of the lecture may be the first to see it after Redis was started anew.
FIND = """
if not exists() then return answer('unknown') end
if field('run') ~= run() then
    renew(ARGV[4], 0)
    settle()
    publish('renewed')
end
return answer('ok', whole())
"""

PEEK = """
if not exists() then return answer(redis.call('EXISTS', key('gone')) == 1 and 'gone' or 'unknown') end
return answer(field('run') == run() and 'ok' or 'epoch', whole())
"""

APPEND = """
local command, epoch, expected, session, fence, kind, body, poll = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local known = again(command) or refusal(epoch)
if known then return known end
if field('session') ~= session or field('fence') ~= fence then return answer('fence', field('holder'), number('fence')) end
if field('last') ~= expected then return answer('moved', number('last')) end
local refused = full(ARGV[12])
if refused then return refused end
return write(kind, body, poll, command)
"""

TAKE_OVER = """
local command, epoch, session, name = ARGV[4], ARGV[5], ARGV[6], ARGV[7]
local known = again(command) or refusal(epoch)
known = known or full(ARGV[8])
if known then return known end
local fence = redis.call('HINCRBY', record, 'fence', 1)
redis.call('HSET', record, 'holder', name, 'session', session)
return write('presenter changed', cjson.encode({fence = fence, name = name}), '', command)
"""

# `known` is the last offset that whoever renewed the epoch had seen, and `settled` the last that was written then. Whoever has seen more of
# the epoch before, and comes before anybody has gone on, adds what it shows.
RECREATE = """
local epoch, was, known, fence, holder, session, created, ended, title = unpack(ARGV, 4, 12)
local sessions = tonumber(ARGV[13])
known = tonumber(known)
local lost = not exists()
if lost and redis.call('EXISTS', key('gone')) == 1 then return answer('unknown') end
if lost then
    redis.call('HSET', record, 'epoch', was, 'last', '0', 'fence', fence, 'holder', holder, 'session', session, 'created', created,
        'ended', ended, 'title', title)
    redis.call('ZADD', 'unrolled:lectures', created, code)
elseif field('epoch') == was then
    lost = number('last') < known
elseif field('was') == was and number('known') < known and field('settled') == field('last') then
    lost = true
else
    return answer('ok', whole())
end
renew(epoch, known)
if tonumber(fence) > number('fence') then redis.call('HSET', record, 'fence', fence, 'holder', holder, 'session', session) end
for i = 14, 13 + 2 * sessions, 2 do redis.call('HSETNX', key('sessions'), ARGV[i], ARGV[i + 1]) end
if lost then write_all(14 + 2 * sessions) end
settle()
publish('renewed')
return answer('ok', whole())
"""

READ = """
local after, limit = ARGV[4], ARGV[5]
return answer('ok', field('epoch'), redis.call('XRANGE', key('log'), '(0-' .. after, '+', 'COUNT', limit))
"""

ADD_KEY = """
if not exists() then return answer('unknown') end
redis.call('SADD', key('keys'), ARGV[4])
return answer('ok')
"""

USE_KEY = """
if redis.call('SREM', key('keys'), ARGV[4]) == 0 then return answer('ok', false) end
redis.call('HSET', key('sessions'), ARGV[5], ARGV[6])
return answer('ok', true)
"""

SESSION = "return answer('ok', redis.call('HGET', key('sessions'), ARGV[4]))"

JOIN = """
local participant, nickname, address, most = ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[7])
if not exists() then return answer('unknown') end
if redis.call('HEXISTS', key('participants'), participant) == 0 then
    if tonumber(redis.call('HGET', key('addresses'), address) or 0) >= most then return answer('many') end
    redis.call('HINCRBY', key('addresses'), address, 1)
end
redis.call('HSET', key('participants'), participant, nickname)
return answer('ok')
"""

PARTICIPATES = "return answer('ok', redis.call('HEXISTS', key('participants'), ARGV[4]))"

IDENTITIES = "return answer('ok', redis.call('HVALS', key('addresses')))"

VOTE = """
local poll, participant, choice = ARGV[4], ARGV[5], ARGV[6]
if redis.call('HEXISTS', key('participants'), participant) == 0 then return answer('participant') end
if redis.call('SISMEMBER', key('open'), poll) == 0 then return answer('closed') end
redis.call('HSET', key('votes:' .. poll), participant, choice)
return answer('ok')
"""

TALLY = """
local tally = {}
for _, choice in ipairs(redis.call('HVALS', key('votes:' .. ARGV[4]))) do tally[choice] = (tally[choice] or 0) + 1 end
return answer('ok', tally)
"""

PUT_PLAN = """
if not exists() then return answer('unknown') end
grow(#ARGV[4] - redis.call('STRLEN', key('plan')))
redis.call('SET', key('plan'), ARGV[4])
for i = 5, #ARGV do remember(ARGV[i]) end
return answer('ok')
"""

NAMING = """
local named = {}
for i = 4, #ARGV do
    if redis.call('HEXISTS', 'unrolled:names', ARGV[i]) == 1 then named[#named + 1] = ARGV[i] end
end
return answer('ok', named)
"""

SIZE = "return answer('ok', tonumber(redis.call('GET', 'unrolled:bytes:lectures') or 0))"


PLAN = "return answer('ok', redis.call('GET', key('plan')))"

DELETE = """
if exists() then forget() end
return answer('ok')
"""

EXPIRE = """
local codes = redis.call('ZRANGEBYSCORE', 'unrolled:lectures', '-inf', '(' .. ARGV[4], 'LIMIT', 0, 100)
for _, each in ipairs(codes) do
    code, record = each, 'unrolled:' .. each .. ':record'
    forget()
end
return answer('ok', codes)
"""

TELL = """
publish('told', ARGV[4])
return answer('ok')
"""

SHARE = """
local process, presence, seconds = ARGV[4], ARGV[5], tonumber(ARGV[6])
local clock = redis.call('TIME')[1]
redis.call('HDEL', key('presence'), process)
if presence ~= '' then redis.call('HSET', key('presence'), process, clock .. ' ' .. presence) end
redis.call('EXPIRE', key('presence'), seconds)
local fresh = {}
for _, shared in ipairs(redis.call('HVALS', key('presence'))) do
    local at, what = string.match(shared, '^(%d+) (.*)$')
    if clock - at < seconds then fresh[#fresh + 1] = what end
end
return answer('ok', fresh)
"""

SCRIPTS = {
    "create": ARGUMENTS + LOG + CREATE,
    "find": ARGUMENTS + LOG + FIND,
    "peek": ARGUMENTS + PEEK,
    "append": ARGUMENTS + LOG + APPEND,
    "take_over": ARGUMENTS + LOG + TAKE_OVER,
    "recreate": ARGUMENTS + LOG + RECREATE,
    "read": ARGUMENTS + READ,
    "add_key": ARGUMENTS + ADD_KEY,
    "use_key": ARGUMENTS + USE_KEY,
    "session": ARGUMENTS + SESSION,
    "join": ARGUMENTS + JOIN,
    "participates": ARGUMENTS + PARTICIPATES,
    "identities": ARGUMENTS + IDENTITIES,
    "vote": ARGUMENTS + VOTE,
    "tally": ARGUMENTS + TALLY,
    "put_plan": ARGUMENTS + LOG + PUT_PLAN,
    "naming": ARGUMENTS + NAMING,
    "size": ARGUMENTS + SIZE,
    "plan": ARGUMENTS + PLAN,
    "delete": ARGUMENTS + FORGET + DELETE,
    "expire": ARGUMENTS + FORGET + EXPIRE,
    "tell": ARGUMENTS + TELL,
    "share": ARGUMENTS + SHARE,
}
