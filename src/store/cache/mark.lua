-- Says that a store's consumers write here, and up to which version. KEYS: the mark. ARGV: store, version, now (ms), life (ms).
-- Gives `ok`, `none` where there was no mark, `other` where it is another store's: then nothing is changed.
local had = redis.call('HMGET', KEYS[1], 'store', 'version')
if not had[1] then
    return 'none'
end
if had[1] ~= ARGV[1] then
    return 'other'
end
if tonumber(ARGV[2]) > tonumber(had[2] or -1) then
    redis.call('HSET', KEYS[1], 'version', ARGV[2])
end
redis.call('HSET', KEYS[1], 'seen_ms', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 'ok'
