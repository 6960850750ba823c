-- Sets an entity, unless what is there is newer. KEYS: its hash, the set of what is active.
-- ARGV: version, id, life (ms), active until (ms), active|ended|gone, owner, channel of all, message; then fields and values.
-- Told is what became different; without a message nobody is told. Gives 1 where something became different.
local version, id, life, expires, state, owner = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local there, had = redis.call('HGETALL', KEYS[1]), {}
for at = 1, #there, 2 do
    had[there[at]] = there[at + 1]
end
local others = owner ~= '' and had['order'] and had['order'] ~= owner

local known = tonumber(had['version'] or -1)
if others and had['gone'] then
    -- Another one has it no more: that says nothing about this one.
    known = -1
elseif others and state == 'gone' then
    return 0
end
if known > version or (known == version and state ~= 'active') then
    return 0
end

local same = #there == #ARGV - 8
for at = 9, #ARGV, 2 do
    same = same and (had[ARGV[at]] == ARGV[at + 1] or ARGV[at] == 'version')
end
if not same then
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], unpack(ARGV, 9))
elseif known < version then
    redis.call('HSET', KEYS[1], 'version', ARGV[1])
end
redis.call('PEXPIRE', KEYS[1], life)
if state == 'active' then
    redis.call('ZADD', KEYS[2], expires, id)
    redis.call('PEXPIRE', KEYS[2], life)
else
    redis.call('ZREM', KEYS[2], id)
end
if same then
    return 0
end
if ARGV[8] ~= '' then
    redis.call('PUBLISH', ARGV[7], ARGV[8])
    redis.call('PUBLISH', KEYS[1], ARGV[8])
end
return 1
