-- Sets an entity, unless what is there is newer. KEYS: its hash, the set of what is active.
-- ARGV: version, id, life (ms), active until (ms), active|ended|gone, owner, channel of all, message; then fields and values.
-- Without a message nobody is told. Gives 1 where it was set.
local version, id, life, expires, state, owner = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local had = redis.call('HMGET', KEYS[1], 'version', 'order', 'gone')
local others = owner ~= '' and had[2] and had[2] ~= owner

if had[1] then
    local known = tonumber(had[1])
    if others and had[3] then
        -- Another one has it no more: that says nothing about this one.
    elseif others and state == 'gone' then
        return 0
    elseif known > version then
        return 0
    elseif known == version then
        if state == 'active' then
            redis.call('PEXPIRE', KEYS[1], life)
            redis.call('ZADD', KEYS[2], expires, id)
            redis.call('PEXPIRE', KEYS[2], life)
        end
        return 0
    end
end

redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 9))
redis.call('PEXPIRE', KEYS[1], life)
if state == 'active' then
    redis.call('ZADD', KEYS[2], expires, id)
    redis.call('PEXPIRE', KEYS[2], life)
else
    redis.call('ZREM', KEYS[2], id)
end
if ARGV[8] ~= '' then
    redis.call('PUBLISH', ARGV[7], ARGV[8])
    redis.call('PUBLISH', KEYS[1], ARGV[8])
end
return 1
