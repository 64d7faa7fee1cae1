-- The network that an address is in: /24 for IPv4, /64 for IPv6, which is what a provider gives one customer at least.
-- An IPv4 address written as IPv6 counts as IPv4; what is no address is its own network; null for a null.
create or replace macro network_of(ip_address) as case
    when regexp_matches(lower(ip_address), '^(::ffff:)?[0-9]{1,3}([.][0-9]{1,3}){3}(:[0-9]+)?$')
        then concat(regexp_extract(ip_address, '([0-9]{1,3}[.][0-9]{1,3}[.][0-9]{1,3})[.][0-9]{1,3}', 1), '.0/24')
    when contains(ip_address, ':')
        then concat(
                array_to_string(
                    list_transform(
                        list_concat(
                            network_parts(split_part(ip_address, '::', 1)),
                            list_resize(
                                cast([] as varchar[]),
                                greatest(
                                    8
                                    - len(network_parts(split_part(ip_address, '::', 1)))
                                    - len(network_parts(split_part(ip_address, '::', 2))),
                                    0
                                ),
                                '0'
                            ),
                            network_parts(split_part(ip_address, '::', 2))
                        )[1:4],
                        lambda part: coalesce(nullif(ltrim(part, '0'), ''), '0')
                    ),
                    ':'
                ),
                '::/64'
            )
    else nullif(ip_address, '')
end;

-- The groups of digits in a part of an IPv6 address; [] for ''.
create or replace macro network_parts(part) as list_filter(
    string_split(lower(part), ':'), lambda digits: digits != ''
);

-- `IPv4` or `IPv6`: addresses of different families say nothing about each other, as one device has both.
create or replace macro network_family(network) as case when contains(network, ':') then 'IPv6' else 'IPv4' end;
